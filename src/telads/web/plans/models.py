"""Stored plans. A version is never changed: its text has a hash, and both are verified."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:  # the supervisor of a website sets Django up, but opens no plan
    from telads.planning.plan import Plan

_USER = settings.AUTH_USER_MODEL
LONGEST_NAME = 100
KEPT = 32
"""Number of parsed plans a worker caches, up to a megabyte each."""


class SavedPlan(models.Model):
    """A plan with all its versions; its owner decides who else may see it."""

    owner = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=LONGEST_NAME)
    """Name of the newest version."""
    created = models.DateTimeField(auto_now_add=True)
    archived = models.DateTimeField(null=True, blank=True)
    """Since when it is archived; it can be opened as before."""

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def newest(self) -> PlanVersion:
        """The version with the highest number."""
        version = self.versions.order_by("-number").first()
        if version is None:  # a plan is always saved with its first version
            raise PlanVersion.DoesNotExist
        return version


class PlanVersion(models.Model):
    """Brief and result, as canonical JSON (`telads.planning.plan`)."""

    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.TextField()
    hash = models.CharField(max_length=64)
    build = models.CharField(max_length=64)
    month = models.CharField(max_length=7)
    made_by = models.CharField(max_length=150)
    """Name of the user who saved it, at that time."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first; numbers run from 1."""

        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["plan", "number"], name="one_version_of_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.plan_id}.{self.number}"

    def read(self) -> Plan:
        """The plan; raises `DataError` if the text has changed since it was saved."""
        return _read(self.document)


@lru_cache(maxsize=KEPT)
def _read(document: str) -> Plan:
    """Parse a plan, cached: equal texts need not be verified again."""
    from telads.planning.plan import read_plan

    return read_plan(json.loads(document))


class PlanAccess(models.Model):
    """Another user's permission to see a plan, or to save new versions."""

    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, related_name="accesses")
    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="plan_accesses")
    may_edit = models.BooleanField(default=False)

    class Meta:
        """One for each user."""

        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["plan", "user"], name="one_access_of_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.plan_id} {self.user_id}"


class ShareLink(models.Model):
    """A link that shows one version, or a comparison of it, to its holder.

    Its token is stored as a digest only.
    """

    comparison = models.TextField(blank=True)
    """What it shows of the version, if not itself: JSON of `planning.comparison.Comparison`."""
    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 in hexadecimal; a token is 256 random bits, so no slower hash is needed."""
    start = models.CharField(max_length=8)
    """The first characters, by which its owner recognises it."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.version_id} {self.start}"

    @property
    def open(self) -> bool:
        """Whether it is still valid."""
        return self.revoked is None and self.expires > timezone.now()
