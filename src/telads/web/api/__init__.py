"""The API at /api/v1/: the questions of the command line over HTTP.

routes.py      the NinjaAPI object and its error handlers
addresses.py   its URLs
operations.py  operations with their OpenAPI descriptions; answers as pydantic models
parameters.py  queries as pydantic models, made from the parameters of questions
questions.py   answers as JSON, the same bytes as on the command line
planning.py    audiences and plans from posted rules and briefs
files.py       whole tables and pictures as files
answering.py   caching, entity tags, paging; language.py: language negotiation
admission.py   authentication and rate limits: keys.py; commands.py for the command line
problems.py    errors as problem documents (RFC 9457)
openapi.py     the OpenAPI document, as django-ninja generates it; page.py: as an HTML page
"""
