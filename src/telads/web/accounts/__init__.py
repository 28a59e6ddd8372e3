"""Accounts: users, their roles, signing in, and the log of actions.

| what | module |
|---|---|
| roles and the views they permit | `roles` |
| users: created, invited, managed | `people`; for the command line `commands` |
| attempts to sign in, and their limits | `attempts` |
| single sign-on | `sso`, `newcomers`, `backends` |
| sessions and closed installations | `middleware`, `context_processors` |
| the log of actions | `models`, `audit`, `chain`, `signals` |
| pages | `views` |
"""
