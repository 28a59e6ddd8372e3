"""Backups: everything of an installation in one file, and back.

    telads-backup.json     what is in the archive, and by which versions it was made
    ledger.json            ┐
    current                │ the workspace, as `telads.store.workspace` draws it; replaced
    secret-key             │ cells too, the dataset, and every build that is kept. Uploads,
    cells/ dataset/ marts/ │ pictures and static files are not: they are made again.
    experiments/           ┘
    database.jsonl         the website's database, a row a line, for SQLite and PostgreSQL alike
    telads-backup.sha256   SHA-256 of the first member, which holds those of all others

| what | module |
|---|---|
| contents of a backup; the archive, written and checked as a stream | `archive` |
| the interface of a database; making a backup | `take` |
| restoring one | `restore` |
"""
