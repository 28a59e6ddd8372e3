"""The Django app of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    """Roles and the log of actions."""

    name = "telads.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connect to Django's signals of sessions."""
        from telads.web.accounts import signals

        signals.listen()
