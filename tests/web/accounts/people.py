"""People of the tests: made with a role, and a client that is signed in as one."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from telads.web.accounts import people
from telads.web.accounts.roles import Role

PASSWORD = "a long enough phrase"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def person(name: str, role: Role = Role.PLANNER) -> User:
    people.create(name, role, PASSWORD)
    return people.find(name)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, BACKEND)
    return client
