"""The website's own tables: API keys. They hold no figures of the data."""

from __future__ import annotations

from django.db import models


class ApiKey(models.Model):
    """An API key. The key itself is shown once and never stored, only its digest."""

    name = models.CharField(max_length=100, unique=True)
    start = models.CharField(max_length=16)
    """The first characters, by which its owner recognises it."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 in hexadecimal; a key is 256 random bits, so no slower hash is needed."""
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Oldest first."""

        ordering = ("created", "id")

    def __str__(self) -> str:
        return self.name
