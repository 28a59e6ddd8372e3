"""Whether a job may replace a month by much less."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies: ClassVar[list[Any]] = [("jobs", "0001_jobs")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="job", name="replace", field=models.BooleanField(default=False)
        ),
    ]
