"""The website's database as a file of rows, for backups: JSON, one row a line.

Rows use Django's own serialisation, so they are portable between SQLite and PostgreSQL. Sessions,
failed sign-ins and queued tasks are left out: a restore would revive them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from telads.errors import DataError
from telads.store.files import new_file
from telads.text import Text
from telads.web.setup import DATABASE, make_ready, pending, require_known, set_up, unusable

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.core.serializers.base import DeserializedObject
    from django.db.models import Model

LEFT_OUT = frozenset({"sessions", "axes", "django_tasks_database"})
"""Apps whose rows are transient."""
MADE_BY_MIGRATIONS = frozenset({"contenttypes.contenttype", "auth.permission", "auth.group"})
AT_A_TIME = 2000


class Rows:
    """The database of a workspace's website.

    As `telads.backup.take.Database` says, and `telads.backup.upgrade.FormerDatabase`.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._made_ready = False

    def schema(self) -> list[str]:
        """Migrations applied to the tables, except those of LEFT_OUT."""
        with self._ready():
            from django.db import connection
            from django.db.migrations.recorder import MigrationRecorder

            applied = MigrationRecorder(connection).applied_migrations()
            return sorted(f"{app}.{name}" for app, name in applied if app not in LEFT_OUT)

    def dump(self, path: Path) -> int:
        """Write all rows of one snapshot to an owner-only file."""
        with self._ready(), TextIOWrapper(new_file(path), "utf-8") as file:
            from telads.web.accounts.audit import COMMAND_LINE, record

            rows = _Counted(_rows())
            with _one_moment():
                _serialize(rows, file)
            record(COMMAND_LINE, "backup")
        return rows.count

    def pending(self) -> list[str]:
        """Migrations that tables of an earlier version lack; none without tables."""
        with self._known():
            if _is_absent():
                return []
            require_known()
            return pending()

    def dump_former(self, path: Path) -> tuple[int, list[str]]:
        """Write all rows as the tables are, whichever version made them; nothing is changed.

        Returns their number, and the migrations applied; none of both without a database.
        """
        with self._known(), TextIOWrapper(new_file(path), "utf-8") as file:
            from django.db import connection
            from django.db.migrations.loader import MigrationLoader

            if _is_absent():
                return 0, []
            with _one_moment():
                loader = MigrationLoader(connection)
                applied = [*(loader.applied_migrations or ())]
                apps = loader.project_state([key for key in applied if key in loader.graph.nodes])
                rows = _Counted(_rows(apps.apps))
                _serialize(rows, file)
            return rows.count, sorted(
                f"{app}.{name}" for app, name in applied if app not in LEFT_OUT
            )

    def is_used(self) -> bool:
        """Whether there is any row that migrations did not create."""
        with self._ready():
            return any(
                model._base_manager.exists()
                for model in _models()
                if model._meta.label_lower not in MADE_BY_MIGRATIONS
            )

    def load(self, path: Path) -> None:
        """Replace all rows by these in one transaction, and record it in the log of actions."""
        with self._ready(), path.open(encoding="utf-8") as file, _read_as_rows():
            from django.core import serializers
            from django.core.management.color import no_style
            from django.core.serializers.base import DeserializationError
            from django.db import connection

            from telads.web.accounts import chain
            from telads.web.accounts.audit import COMMAND_LINE, one_action, record
            from telads.web.accounts.models import AuditEntry

            with one_action(), chain.replaceable(connection), connection.cursor() as cursor:
                former = AuditEntry.objects.order_by("pk").last()
                told = f"log {AuditEntry.objects.count()} {former.hash}" if former else ""
                # Unlike TRUNCATE it does not block readers.
                for table in connection.introspection.django_table_names(only_existing=True):
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
                for row in _possible(serializers.deserialize("jsonl", file)):
                    row.save(force_insert=True)
                if not all(map(_is_made, MADE_BY_MIGRATIONS)):
                    raise DeserializationError("what every installation has is missing")
                for sql in connection.ops.sequence_reset_sql(no_style(), _models()):
                    cursor.execute(sql)
                record(COMMAND_LINE, "restore", detail=told)

    def known(self) -> list[str]:
        """Migrations of this version, except those of LEFT_OUT."""
        set_up(self._workspace)
        from django.db.migrations.loader import MigrationLoader

        disk = MigrationLoader(None).disk_migrations or {}
        return sorted(f"{app}.{name}" for app, name in disk if app not in LEFT_OUT)

    def convert(self, path: Path, schema: list[str]) -> None:
        """Upgrade rows from an earlier state of the tables to the present one.

        The earlier migrations create a database beside the file, the rows are inserted, and the
        later migrations upgrade them. The workspace's own database is not touched.
        """
        set_up(self._workspace)
        from django.db import DatabaseError

        with (
            TemporaryDirectory(dir=path.parent) as folder,
            _read_as_rows(DatabaseError),
            _beside(Path(folder) / DATABASE),
        ):
            _put_former(path, schema)
            path.unlink()
            with TextIOWrapper(new_file(path), "utf-8") as file:
                _serialize(_rows(), file)

    @contextmanager
    def _ready(self) -> Iterator[None]:
        """Bring the tables up to date; raises `WorkspaceError` if database or disk fails."""
        with self._known():
            if not self._made_ready:
                make_ready(self._workspace)
                self._made_ready = True
            yield

    @contextmanager
    def _known(self) -> Iterator[None]:
        """Set up Django; raises `WorkspaceError` if the database or the disk fails."""
        set_up(self._workspace)
        from django.db import DatabaseError

        try:
            yield
        except (DatabaseError, OSError) as error:
            raise unusable(error, self._workspace) from error


def _is_absent() -> bool:
    """Whether there is no file of SQLite: connecting would make one."""
    from django.db import connection

    return connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists()


def _models(state: Apps | None = None) -> list[type[Model]]:
    """Tables to back up, in dependency order: of this version, or of a state of the migrations."""
    from django.apps import apps
    from django.core.serializers import sort_dependencies

    known = apps if state is None else state
    kept = [
        (app, list(app.get_models()))
        for app in known.get_app_configs()
        if app.label not in LEFT_OUT
    ]
    return [model for model in sort_dependencies(kept) if not model._meta.proxy]


def _rows(state: Apps | None = None) -> Iterator[Model]:
    for model in _models(state):
        yield from model._base_manager.order_by("pk").iterator(chunk_size=AT_A_TIME)


def _serialize(rows: Iterable[Model], file: TextIO) -> None:
    from django.core import serializers
    from django.core.serializers.json import DjangoJSONEncoder

    class Exact(DjangoJSONEncoder):
        """Django's own encoder truncates times to milliseconds."""

        def default(self, value: object) -> object:
            return value.isoformat() if isinstance(value, datetime) else super().default(value)

    serializers.serialize("jsonl", rows, stream=file, cls=Exact)


@contextmanager
def _read_as_rows(also: type[Exception] = ValueError) -> Iterator[None]:
    """Turn any fault of rows into `DataError`: a valid checksum does not imply valid rows."""
    from django.core.exceptions import FieldDoesNotExist, ValidationError
    from django.core.serializers.base import DeserializationError
    from django.db import DataError as WrongValue
    from django.db import IntegrityError

    try:
        yield
    except (
        DeserializationError,
        FieldDoesNotExist,
        IntegrityError,
        WrongValue,
        AttributeError,
        LookupError,
        OverflowError,
        RecursionError,
        TypeError,
        ValidationError,
        ValueError,
        also,
    ) as error:
        raise DataError(
            Text("백업의 데이터베이스를 읽을 수 없습니다. 아무것도 바꾸지 않았습니다.",
                 "The backup's database cannot be read. Nothing was changed."),
            value=str(error).strip().split("\n")[0][:300] or type(error).__name__,
        ) from error  # fmt: skip


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    """Use an SQLite file as Django's default database meanwhile.

    Another alias would not do: migrations, also of libraries, use the default one.
    """
    from django.contrib.contenttypes.models import ContentType
    from django.db import connections
    from django.db.utils import ConnectionHandler

    own = connections["default"]
    sqlite = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}}
    beside = connections["default"] = ConnectionHandler(sqlite)["default"]
    try:
        yield
    finally:
        beside.close()
        connections["default"] = own
        ContentType.objects.clear_cache()  # caches rows of the other database


def _put_former(path: Path, schema: list[str]) -> None:
    """Create tables by the migrations of a schema, insert the rows, and run later migrations."""
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    every = executor.migration_plan(executor.loader.graph.leaf_nodes())
    then = [(one, back) for one, back in every if f"{one.app_label}.{one.name}" in schema]
    apps = executor.migrate(None, plan=then).apps
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        with path.open(encoding="utf-8") as lines:
            for line in filter(str.strip, lines):
                _insert(json.loads(line), apps)
    call_command("migrate", interactive=False, verbosity=0)


def _insert(row: dict[str, Any], apps: Any) -> None:
    """Insert one serialised row into the table of its model at that time."""
    model = apps.get_model(row["model"])
    values, several = {model._meta.pk.attname: row["pk"]}, {}
    for name, value in row["fields"].items():
        field = model._meta.get_field(name)
        if field.many_to_many:
            several[name] = value
        else:
            values[field.attname] = field.to_python(value)
            field.run_validators(values[field.attname])
    made = model(**values)
    made.save_base(raw=True, force_insert=True)
    for name, keys in several.items():
        getattr(made, name).set(keys)


def _possible(rows: Iterable[DeserializedObject]) -> Iterator[DeserializedObject]:
    """Validate rows: known tables, and values that fit, since SQLite also accepts longer ones."""
    kept = set(_models())
    for row in rows:
        if type(row.object) not in kept:
            raise LookupError(row.object._meta.label)
        for field in row.object._meta.concrete_fields:
            field.run_validators(getattr(row.object, field.attname))
        yield row


def _is_made(label: str) -> bool:
    from django.apps import apps

    return bool(apps.get_model(label)._base_manager.exists())


class _Counted:
    """Counts rows as they pass."""

    def __init__(self, rows: Iterator[Model]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Model]:
        for row in self._rows:
            self.count += 1
            yield row


@contextmanager
def _one_moment() -> Iterator[None]:
    """Make all reads inside see one snapshot, despite concurrent writers."""
    from django.db import connection, transaction

    connection.ensure_connection()  # sets the transaction mode
    mode = getattr(connection, "transaction_mode", None)
    # SQLite reads a snapshot anyway; a deferred transaction does not block writers.
    setattr(connection, "transaction_mode", None)  # noqa: B010 - SQLite's alone
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        setattr(connection, "transaction_mode", mode)  # noqa: B010
