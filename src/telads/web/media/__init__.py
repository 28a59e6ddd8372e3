"""The media catalogue of a workspace: what is booked, the service it stands for, its prices.

| what | module |
|---|---|
| the table of the database | `models` |
| examples, adding, changing, removing | `services` |
| forms | `forms` |
| pages | `views` |
| the command line | `commands` |
| the log of actions | `actions` |
"""
