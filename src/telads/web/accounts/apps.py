"""The Django app of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    """Roles and the log of what was done."""

    name = "telads.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what Django tells about sessions."""
        from telads.web.accounts import signals

        signals.listen()
