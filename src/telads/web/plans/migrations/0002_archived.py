"""Archiving of plans."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column, empty for all plans."""

    dependencies: ClassVar[list[Any]] = [("plans", "0001_plans")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="savedplan",
            name="archived",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
