"""Answers: one function per question a user asks; every door calls these and nothing deeper.

| question | function |
|---|---|
| what to advertise to these people | `services.services` |
| how their use moved | `services.history`; beside the city's: `trends.trends` |
| what moved most of all | `movements.movements` |
| whom to address with this service | `targets.targets` |
| where to run its advert for one target | `platforms.platforms` |
| where to run it for each target of a list | `platforms.of_targets` |
| who is like them | `lookalike.lookalike` |
| how they move and live | `signals.signals` |
| what the data hold | `status.status` |
| where people live | `people.by_district` |
| how well the method does | `evaluation.evaluation` |
| where the classic method differs | `comparison.comparison` |
| what a picture shows | `pictures` |

Each takes a `Build` and returns an `Answer`. The functions stand in modules of their own, so that a
door loads only what it is asked for.
"""
