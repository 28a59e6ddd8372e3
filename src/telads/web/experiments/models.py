"""Experiments of the website's users; designs, outcomes and verdicts are in the workspace."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from telads.web.plans.models import LONGEST_NAME, SavedPlan

LONGEST_KEY = 160


class SavedExperiment(models.Model):
    """An experiment under a name, with the plan that it tests, if it tests one."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="experiments"
    )
    plan = models.ForeignKey(
        SavedPlan, null=True, blank=True, on_delete=models.SET_NULL, related_name="experiments"
    )
    shared = models.BooleanField(default=False)
    """Whether those who may see the plan may see it too."""
    name = models.CharField(max_length=LONGEST_NAME)
    key = models.CharField(max_length=LONGEST_KEY, unique=True)
    """Its name in the workspace: names of several people may be alike."""
    draw = models.PositiveIntegerField(default=1)
    """Number of the last draw that was asked for."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name
