"""Data administration in the browser: uploads, builds, jobs; for administrators.

| what | module |
|---|---|
| uploads, streamed into the workspace | `uploads` |
| jobs and their progress | `models`, `queue` |
| running them, in a process of their own | `queue`, `worker`; their results: `report` |
| pages | `views` |
| the log of actions | `actions`; for the command line `commands` |

`telads.ingest.archives` checks archives and workbooks before anything else reads them.
"""
