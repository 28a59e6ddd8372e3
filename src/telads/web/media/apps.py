"""The Django app of the media catalogue."""

from __future__ import annotations

from django.apps import AppConfig


class Media(AppConfig):
    """Media and their prices."""

    name = "telads.web.media"
    label = "media"

    def ready(self) -> None:
        """Register the actions for the log."""
        from telads.web.accounts.audit import register
        from telads.web.media.actions import ACTIONS, DETAILS, THINGS

        register(ACTIONS, DETAILS, THINGS)
