"""Wishes to be told of a new month, and notices."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Both tables."""

    initial = True

    dependencies: ClassVar[list[Any]] = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                           verbose_name="ID")),
                ("mail", models.EmailField(blank=True, max_length=254)),
                ("webhook", models.CharField(blank=True, max_length=500)),
                ("secret", models.CharField(blank=True, max_length=64)),
                ("lang", models.CharField(default="ko", max_length=2)),
                ("month", models.CharField(blank=True, max_length=7)),
                ("user", models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="notices",
                    to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ("id",)},
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                           verbose_name="ID")),
                ("month", models.CharField(max_length=7)),
                ("channel", models.CharField(max_length=7)),
                ("content", models.JSONField()),
                ("state", models.CharField(default="waiting", max_length=7)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("sent", models.DateTimeField(blank=True, null=True)),
                ("problem", models.JSONField(default=list)),
                ("user", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="told",
                    to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=["user", "month", "channel"], name="one_notice_of_a_month"
                    )
                ],
            },
        ),
    ]  # fmt: skip
