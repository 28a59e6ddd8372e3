"""Jobs: uploads and builds, and how far they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    initial = True

    dependencies: ClassVar[list[Any]] = []

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by", models.CharField(max_length=150)),
                ("files", models.JSONField(default=list)),
                ("month", models.CharField(blank=True, max_length=7)),
                ("folder", models.CharField(blank=True, max_length=64)),
                ("state", models.CharField(default="waiting", max_length=12)),
                ("attempt", models.PositiveIntegerField(default=1)),
                ("cancel_asked", models.BooleanField(default=False)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("started", models.DateTimeField(blank=True, null=True)),
                ("beat", models.DateTimeField(blank=True, null=True)),
                ("finished", models.DateTimeField(blank=True, null=True)),
                ("worker", models.CharField(blank=True, max_length=100)),
                ("step", models.CharField(blank=True, max_length=8)),
                ("current", models.CharField(blank=True, max_length=300)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("report", models.JSONField(default=list)),
                ("problem", models.JSONField(default=list)),
                ("build", models.CharField(blank=True, max_length=64)),
            ],
            options={"ordering": ("-id",)},
        ),
    ]
