"""Saved plans: made, kept by version, opened again, shared, and given away as files.

| what | module |
|---|---|
| tables of the database | `models` |
| who may do what with which plan | `access` |
| saving and sharing | `store` |
| the form of a plan | `typed` |
| pages | `listing`, `making`, `showing`, `sharing`, `removing` |
| files | `files`, `paper` |
"""
