"""Accounts: who may sign in, in which role, and what they did.

| what | module |
|---|---|
| roles and what they open | `roles` |
| people, for the command line | `people`, `desk` |
| the log of what was done | `audit` |
| pages: sign in, sign out, password, log | `views` |
"""
