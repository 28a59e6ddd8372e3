"""Saved audiences: named rules, seen by their owner and those they share them with.

| what | module |
|---|---|
| tables of the database | `models` |
| permissions, saving, sharing, removal | `services` |
| forms | `forms` |
| pages | `views`, `present` |
| the log of actions | `actions` |
"""
