"""Saved plans: made, versioned, reopened, shared, and exported as files.

| what | module |
|---|---|
| tables of the database | `models` |
| permissions, saving, sharing, removal | `services` |
| forms and drafts | `forms` |
| pages | `views`, `present` |
| files | `files` |
| the log of actions | `actions` |
"""
