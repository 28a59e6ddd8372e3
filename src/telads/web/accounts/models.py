"""The log of actions: who, what, when, on which object. Entries are only ever added.

They form a hash chain (`telads.web.accounts.chain`).
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.utils import timezone

from telads.web.accounts import chain


class NeverChanged(TypeError):
    """A program tried to change or remove an entry of the log."""


class AddOnly(models.QuerySet["AuditEntry"]):
    """A queryset that can only be read and added to."""

    def update(self, **values: Any) -> NoReturn:
        """Not allowed."""
        raise NeverChanged("entries of the audit log are never changed")

    def bulk_create(self, *args: Any, **options: Any) -> NoReturn:
        """Not allowed: each entry needs the hash of the previous one."""
        raise NeverChanged("entries of the audit log are added one at a time")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        """Not allowed."""
        raise NeverChanged("entries of the audit log are never changed")

    def delete(self) -> NoReturn:
        """Not allowed."""
        raise NeverChanged("entries of the audit log are never removed")


class AuditEntry(models.Model):
    """One action. Names are stored as text, since they outlive users and objects."""

    when = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    who = models.CharField(max_length=150, blank=True)
    """A user's name; empty for a visitor; `COMMAND_LINE` for the command line."""
    action = models.CharField(max_length=40)
    thing = models.CharField(max_length=200, blank=True)
    """The object: its kind and number or name, as `plan 12`."""
    detail = models.CharField(max_length=300, blank=True)

    hash = models.CharField(max_length=64, editable=False)
    """Hash of this entry and the previous one."""

    objects: ClassVar[models.Manager[AuditEntry]] = AddOnly.as_manager()

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.when:%Y-%m-%d %H:%M} {self.who} {self.action} {self.thing}"

    def link(self, previous: str) -> str:
        """Its hash after an entry with the hash `previous`."""
        return chain.link(previous, self.when, self.who, self.action, self.thing, self.detail)

    def save(self, *args: Any, **options: Any) -> None:
        """Append it; raises `NeverChanged` for an existing entry."""
        if not self._state.adding:
            raise NeverChanged("entries of the audit log are never changed")
        with transaction.atomic():
            chain.hold(connection)
            last = AuditEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
            self.hash = self.link(last or chain.FIRST)
            super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Not allowed."""
        raise NeverChanged("entries of the audit log are never removed")


class SingleSignOn(models.Model):
    """A user's identity at the single sign-on provider. Names there may be reassigned."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="single_sign_on")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    """The `sub` claim, which is never reassigned."""

    class Meta:
        """One account for each identity."""

        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_of_a_subject"),
        )

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"
