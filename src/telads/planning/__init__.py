"""Planning: rules to an audience, a budget to bookable spends, saved plans and their comparison.

| question | module |
|---|---|
| who is in the audience | `rules`, read from JSON (its fields by `reading`) |
| how large it is, its profile, how two overlap | `audience` |
| how contacts become reach | `solver` (reach curves) |
| how a budget is divided | `allocation` (solved by `solver`) |
| other budgets, prices and audiences | `scenarios` |
| the inputs and the saved plan | `brief`, `plan` |
| what a newer month changes | `comparison` |
| answers, their texts and files | `questions`, `fields`, `schema`, `sentences`, `words`, `files` |

Money is whole won. Contacts are planned impressions: the number of adverts the money buys at the
user's own prices. Sales are never predicted.
"""
