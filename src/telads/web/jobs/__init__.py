"""Data administration in the browser: files taken in, builds put in force, by administrators.

| what | module |
|---|---|
| what was uploaded, streamed into the workspace | `receiving` |
| a job: what is to be done, and how far it is | `models`, `starting` |
| doing it, in a process of its own | `running`, `report`, `worker` |
| taking a month back | `forgetting` |
| pages | `overview`, `showing` |

Archives and workbooks are looked at before anything reads them by `telads.ingest.archives`.
"""
