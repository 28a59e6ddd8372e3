"""The Django app of saved audiences."""

from __future__ import annotations

from django.apps import AppConfig


class Audiences(AppConfig):
    """Audiences, and access to them."""

    name = "telads.web.audiences"
    label = "audiences"

    def ready(self) -> None:
        """Register the actions for the log."""
        from telads.web.accounts.audit import register
        from telads.web.audiences.actions import ACTIONS, DETAILS, THINGS

        register(ACTIONS, DETAILS, THINGS)
