"""The Django app of notices."""

from __future__ import annotations

from django.apps import AppConfig


class Notices(AppConfig):
    """Who is told of a new month, and what was told."""

    name = "telads.web.notices"
    label = "notices"

    def ready(self) -> None:
        """Register the actions for the log."""
        from telads.web.accounts.audit import register
        from telads.web.notices.actions import ACTIONS, DETAILS, THINGS

        register(ACTIONS, DETAILS, THINGS)
