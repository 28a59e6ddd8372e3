"""Answers: one function per question a user asks; every door calls these and nothing deeper.

fields.py      fields of answers, each declared once: titles, meanings, kinds, how they are shown
questions.py   questions, each declared once: parameters, fields, facts, texts, function
choices.py     what reads a choice as people type it
answer.py      what every answer carries
tables.py      a build's tables in memory
sentences.py   answers in words

customers.py   what to advertise to these people, how their use moved, how they live
advertisers.py whom to address with a service, where to run its advert, who is alike
audience.py    how many people an audience has, and where people live
changes.py     what moved most, and use month by month beside the city's
evaluation.py  how well the method does, and where the classic method differs
inventory.py   what the data hold
pictures.py    what a picture shows

A function takes a `Build` and typed choices, which `Question.ask` reads from what people type, and
returns an `Answer`. They stand in modules of their own, so that a door loads only what it is asked.
"""
