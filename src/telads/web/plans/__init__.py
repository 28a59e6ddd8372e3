"""Saved plans: made, versioned, reopened, shared, and exported as files.

| what | module |
|---|---|
| tables of the database | `models` |
| who may do what with which plan, saving and sharing | `services` |
| what is typed | `forms` |
| pages | `views`, `present` |
| files | `files`, `paper` |
| the log of actions | `actions` |
"""
