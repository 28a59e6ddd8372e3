"""The Django app of jobs."""

from __future__ import annotations

from django.apps import AppConfig


class Jobs(AppConfig):
    """Uploads and their processing."""

    name = "telads.web.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Register the actions for the log."""
        from telads.web.accounts.audit import register
        from telads.web.jobs.actions import ACTIONS, DETAILS

        register(ACTIONS, DETAILS)
