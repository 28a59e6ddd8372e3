"""The API at /api/v1/: the questions of the command line, asked over the network.

routes.py      the operations put together, and how errors are told
addresses.py   where they stand
operations.py  an operation with what its description says; answers as pydantic models
parameters.py  queries as pydantic models, made of the parameters of questions
questions.py   answers as JSON, the same bytes as the command line writes
planning.py    audiences and plans, of rules and briefs that are sent
files.py       whole tables and pictures as files
answering.py   what is kept, entity tags, pages of long lists; language.py: which one is asked for
admission.py   who may ask, and how often: keys.py; commands.py for the command line
problems.py    errors as problem documents (RFC 9457)
openapi.py     the API described for programs, as django-ninja does; page.py: and for people
"""
