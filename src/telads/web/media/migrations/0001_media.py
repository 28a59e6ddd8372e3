"""The media catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table, empty: examples are not stored."""

    initial = True

    dependencies: ClassVar[list[Any]] = []

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Medium",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("service", models.CharField(max_length=100)),
                ("price", models.PositiveBigIntegerField()),
                ("minimum", models.PositiveBigIntegerField(default=0)),
                ("cap", models.PositiveBigIntegerField(blank=True, null=True)),
                ("ceiling", models.FloatField(blank=True, null=True)),
                ("priced", models.DateField()),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={"ordering": ("name",)},
        ),
    ]
