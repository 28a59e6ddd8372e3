"""Accounts: who may sign in, in which role, and what they did.

| what | module |
|---|---|
| roles and what they open | `roles`, `closed` |
| people: made, invited, looked after | `people`, `names`, `links`, `users`; for verbs `desk` |
| attempts to sign in, and their limits | `attempts` |
| single sign-on | `sso`, `provider`, `newcomers`, `recheck`, `backends` |
| the log of what was done | `audit`, `chain`, `listening`, `administration` |
| pages: sign in, sign out, password | `views` |
"""
