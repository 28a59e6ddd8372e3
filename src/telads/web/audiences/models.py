"""Stored audiences. Their rules are never changed, so a plan's audience stays what it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from telads.web.plans.models import LONGEST_NAME

if TYPE_CHECKING:
    from telads.planning.rules import Rules

_USER = settings.AUTH_USER_MODEL


class SavedAudience(models.Model):
    """Rules under a name; its owner decides who else may see it."""

    owner = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="audiences")
    name = models.CharField(max_length=LONGEST_NAME)
    rules = models.TextField()
    """As canonical JSON (`telads.planning.rules`)."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    def read(self) -> Rules:
        """The rules; raises `QuestionError` for names that the dataset does not have."""
        from telads.planning.rules import read_rules  # the supervisor needs none

        return read_rules(json.loads(self.rules))


class AudienceAccess(models.Model):
    """Another user's permission to see an audience."""

    audience = models.ForeignKey(SavedAudience, on_delete=models.CASCADE, related_name="accesses")
    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="audience_accesses")

    class Meta:
        """One for each user."""

        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["audience", "user"], name="one_access_to_an_audience_of_a_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.audience_id} {self.user_id}"
