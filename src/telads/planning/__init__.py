"""Planning: from rules to an audience, from a budget to spends that can be booked, to a saved plan.

| question | module |
|---|---|
| who is in the audience | `rules`, read from JSON by `rules_read` (its fields by `reading`) |
| how large and of what kind it is, how two overlap | `audience` |
| how contacts become reach | `curves` |
| whom money is spent on, what it reaches | `market` |
| where the money goes | `allocation` (solved by `interior`, to the won by `rounding`) |
| how many people several platforms reach together, and how often | `overlap` |
| what other budgets, prices and audiences would do | `scenarios` |
| what was asked for and what came out, kept | `brief`, `result`, `plan` |
| what a newer month changes | `comparison` |
| as answers and as files | `questions`, `files` |

Money is whole won. Contacts are planned impressions: how many adverts the money buys at the user's
own prices. Nothing here foretells sales.
"""
