"""Saved plans: made, versioned, reopened, shared, and exported as files.

| what | module |
|---|---|
| tables of the database | `models` |
| permissions, saving, sharing, removal | `services` |
| the form of a plan | `forms` |
| pages | `views`; a plan for templates: `present` |
| files | `files`, `paper` |
| the log of actions | `actions` |
"""
