"""The Django app of saved plans."""

from __future__ import annotations

from django.apps import AppConfig


class Plans(AppConfig):
    """Plans, their versions, and access to them."""

    name = "telads.web.plans"
    label = "plans"

    def ready(self) -> None:
        """Register the actions for the log."""
        from telads.web.accounts.audit import register
        from telads.web.plans.actions import ACTIONS, DETAILS

        register(ACTIONS, DETAILS)
