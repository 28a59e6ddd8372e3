"""Experiments by area: designed, drawn again, analysed, taken as files, deleted.

| what | module |
|---|---|
| tables of the database | `models` |
| permissions; designs, verdicts and outcomes, which the workspace keeps | `services` |
| forms | `forms` |
| pages and files | `views`, `present` |
| the log of actions | `actions` |
"""
