"""The API at /api/v1/: the questions of the command line, asked over the network.

routes.py      the operations put together, and how errors are told
addresses.py   where they stand
parameters.py  what can be asked, with its texts
questions.py   answers as JSON, the same bytes as the command line writes
planning.py    audiences and plans, of rules and briefs that are sent
files.py       whole tables and pictures as files
answering.py   what is kept, entity tags, pages of long lists
admission.py   who may ask, and how often: keys.py, rate.py; desk.py for the command line
problems.py    errors as problem documents (RFC 9457)
language.py    which language is asked for
openapi.py     the API described for programs; page.py: and for people
"""
