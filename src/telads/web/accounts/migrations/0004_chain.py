"""The log of actions as a chain, with triggers that refuse changes."""

from __future__ import annotations

from typing import Any, ClassVar

import django.utils.timezone
from django.db import migrations, models

from telads.web.accounts import chain

AT_A_TIME = 2000


def link_all(apps: Any, schema_editor: Any) -> None:
    """Chain the existing entries in the order they were written."""
    entries = apps.get_model("accounts", "AuditEntry").objects.using(schema_editor.connection.alias)
    last, previous = 0, chain.FIRST
    while batch := list(entries.filter(pk__gt=last).order_by("pk")[:AT_A_TIME]):
        for entry in batch:
            previous = entry.hash = chain.link(
                previous, entry.when, entry.who, entry.action, entry.thing, entry.detail
            )
        entries.bulk_update(batch, ["hash"], batch_size=200)
        last = batch[-1].pk


def guard(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    chain.guard(schema_editor.connection)


def unguard(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    chain.unguard(schema_editor.connection)


class Migration(migrations.Migration):
    """A hash for each entry; existing entries are chained as they are."""

    dependencies: ClassVar[list[Any]] = [("accounts", "0003_single_sign_on")]

    operations: ClassVar[list[Any]] = [
        migrations.AlterField(
            model_name="auditentry",
            name="when",
            field=models.DateTimeField(
                db_index=True, default=django.utils.timezone.now, editable=False
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="hash",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(link_all, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
