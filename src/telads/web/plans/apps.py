"""The Django app of saved plans."""

from __future__ import annotations

from django.apps import AppConfig


class Plans(AppConfig):
    """Plans, their versions, and who may see them."""

    name = "telads.web.plans"
    label = "plans"

    def ready(self) -> None:
        """Tell the log of actions what can be done here."""
        from telads.web.accounts.audit import register
        from telads.web.plans.actions import ACTIONS, DETAILS

        register(ACTIONS, DETAILS)
