"""Links that show a comparison."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column, empty for all links."""

    dependencies: ClassVar[list[Any]] = [("plans", "0002_archived")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="sharelink",
            name="comparison",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
