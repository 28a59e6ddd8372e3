"""The Django app of jobs."""

from __future__ import annotations

from django.apps import AppConfig


class Jobs(AppConfig):
    """Uploads and what becomes of them."""

    name = "telads.web.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Tell the log of actions what can be done here."""
        from telads.web.accounts.audit import register
        from telads.web.jobs.actions import ACTIONS, DETAILS

        register(ACTIONS, DETAILS)
