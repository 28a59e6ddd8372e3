"""The roles, as groups."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

ROLES = ("viewer", "planner", "administrator")


def make(apps: Any, schema_editor: Any) -> None:
    """Create a group for each role."""
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    """Three rows; users keep their roles when it is reversed."""

    dependencies: ClassVar[list[Any]] = [
        ("accounts", "0001_audit_log"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations: ClassVar[list[Any]] = [migrations.RunPython(make, migrations.RunPython.noop)]
