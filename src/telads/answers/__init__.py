"""Answers: one function per question; every interface calls these and nothing deeper.

fields.py      fields of answers: titles, meanings, kinds, display
questions.py   questions: parameters, fields, facts, texts, function
choices.py     parsers of typed choices
answer.py      the result type
tables.py      a build's tables in memory
sentences.py   answers in words

customers.py   services for a segment, its use over time, its mobility and daily life
advertisers.py targets of a service, platforms for its advert, similar segments
audience.py    the size of an audience, and people by district
changes.py     the largest movements, and use over months beside the city's
evaluation.py  the backtest of the method, and its differences from the classic one
inventory.py   months, segments, measures and districts of the data
pictures.py    the data of pictures

A function takes a `Build` and typed choices, which `Question.ask` parses from text, and returns an
`Answer`. Each module stands alone, so that an interface imports only what it needs.
"""
