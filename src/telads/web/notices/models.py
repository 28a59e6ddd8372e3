"""Who asked for notices, and the notices that were made for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

_USER = settings.AUTH_USER_MODEL
LONGEST_ADDRESS = 500


class Subscription(models.Model):
    """A user's wish to be told; without a row, or with both addresses empty, nothing is sent."""

    user = models.OneToOneField(_USER, on_delete=models.CASCADE, related_name="notices")
    mail = models.EmailField(blank=True)
    webhook = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    secret = models.CharField(max_length=64, blank=True)
    """Key that signs what is sent to the webhook; needed in plain text to sign."""
    lang = models.CharField(max_length=2, default="ko")
    month = models.CharField(max_length=7, blank=True)
    """The newest month when it was asked for, then the last one told."""

    class Meta:
        """In order of asking."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.user_id}"

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels with an address: `mail`, `webhook`."""
        return tuple(name for name in ("mail", "webhook") if getattr(self, name))


class State(models.TextChoices):
    """State of a notice."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Notice(models.Model):
    """One message to one user by one channel."""

    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="told")
    month = models.CharField(max_length=7)
    channel = models.CharField(max_length=7)
    content = models.JSONField()
    """What is sent (`services.content_of`)."""
    state = models.CharField(max_length=7, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    sent = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=list)
    """Why the last attempt failed, in Korean and English."""

    class Meta:
        """Newest first; a month is told once by each channel."""

        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "month", "channel"], name="one_notice_of_a_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.month} {self.channel}"
