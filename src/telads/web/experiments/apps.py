"""The Django app of experiments."""

from __future__ import annotations

from django.apps import AppConfig


class Experiments(AppConfig):
    """Experiments, and access to them."""

    name = "telads.web.experiments"
    label = "experiments"

    def ready(self) -> None:
        """Register the actions for the log."""
        from telads.web.accounts.audit import register
        from telads.web.experiments.actions import ACTIONS, DETAILS, THINGS

        register(ACTIONS, DETAILS, THINGS)
