"""The website's database as a file of rows, for backups: JSON, one row a line.

Rows are written by Django's own serialisation, so those of SQLite fit into PostgreSQL and the other
way round. Who is signed in, who mistyped a password, and tasks that wait are not kept: they would
come back to life.
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
from telads.web.setup import DATABASE, make_ready, set_up, unusable

if TYPE_CHECKING:
    from django.core.serializers.base import DeserializedObject
    from django.db.models import Model

LEFT_OUT = frozenset({"sessions", "axes", "django_tasks_database"})
"""Apps whose rows are of the moment."""
MADE_BY_MIGRATIONS = frozenset({"contenttypes.contenttype", "auth.permission", "auth.group"})
AT_A_TIME = 2000


class Rows:
    """The database of a workspace's website (`telads.backup.take.Database`)."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._made_ready = False

    def schema(self) -> list[str]:
        """The migrations that made the tables, without those of apps that are left out."""
        with self._ready():
            from django.db import connection
            from django.db.migrations.recorder import MigrationRecorder

            applied = MigrationRecorder(connection).applied_migrations()
            return sorted(f"{app}.{name}" for app, name in applied if app not in LEFT_OUT)

    def dump(self, path: Path) -> int:
        """Write all rows, as they were at one moment, to a file of its owner's."""
        with self._ready(), TextIOWrapper(new_file(path), "utf-8") as file:
            from telads.web.accounts.audit import COMMAND_LINE, record

            rows = _Counted(_rows())
            with _one_moment():
                _serialize(rows, file)
            record(COMMAND_LINE, "backup")
        return rows.count

    def is_used(self) -> bool:
        """Whether there is any row that migrations did not make."""
        with self._ready():
            return any(
                model._base_manager.exists()
                for model in _models()
                if model._meta.label_lower not in MADE_BY_MIGRATIONS
            )

    def load(self, path: Path) -> None:
        """Put these rows in the place of all others, in one transaction; tell the log of it."""
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
                # Unlike TRUNCATE it lets those read on who read.
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
        """The migrations that this version knows, without those of apps that are left out."""
        set_up(self._workspace)
        from django.db.migrations.loader import MigrationLoader

        disk = MigrationLoader(None).disk_migrations or {}
        return sorted(f"{app}.{name}" for app, name in disk if app not in LEFT_OUT)

    def convert(self, path: Path, schema: list[str]) -> None:
        """Replace rows of an earlier state of the tables by those of the present one.

        The migrations of then make a database beside the file, the rows are put into its tables,
        and the migrations since bring them up to date. The workspace's own database is not touched.
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
        """Django, ready; raises `WorkspaceError` where the database or the disk refuses."""
        from django.db import DatabaseError

        try:
            if not self._made_ready:
                make_ready(self._workspace)
                self._made_ready = True
            yield
        except (DatabaseError, OSError) as error:
            raise unusable(error, self._workspace) from error


def _models() -> list[type[Model]]:
    """The tables that are kept, those that others point to first."""
    from django.apps import apps
    from django.core.serializers import sort_dependencies

    kept = [
        (app, list(app.get_models())) for app in apps.get_app_configs() if app.label not in LEFT_OUT
    ]
    return [model for model in sort_dependencies(kept) if not model._meta.proxy]


def _rows() -> Iterator[Model]:
    for model in _models():
        yield from model._base_manager.order_by("pk").iterator(chunk_size=AT_A_TIME)


def _serialize(rows: Iterable[Model], file: TextIO) -> None:
    from django.core import serializers
    from django.core.serializers.json import DjangoJSONEncoder

    class Exact(DjangoJSONEncoder):
        """Django's own cuts moments to milliseconds."""

        def default(self, value: object) -> object:
            return value.isoformat() if isinstance(value, datetime) else super().default(value)

    serializers.serialize("jsonl", rows, stream=file, cls=Exact)


@contextmanager
def _read_as_rows(also: type[Exception] = ValueError) -> Iterator[None]:
    """Tell as `DataError` what is wrong with rows: they may be of any kind, whatever their seal."""
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
    """Django's database is an SQLite file meanwhile.

    Not one of another alias: migrations, also of libraries, ask for the default one.
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
        ContentType.objects.clear_cache()  # which knows the rows of the other one


def _put_former(path: Path, schema: list[str]) -> None:
    """Make tables by the migrations of a schema, put the rows in, and run all other migrations."""
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
    """One row as serialised, into the table that its model had then."""
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
    """Rows of tables that are kept, with values that fit: SQLite would take longer ones as well."""
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
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[Model]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Model]:
        for row in self._rows:
            self.count += 1
            yield row


@contextmanager
def _one_moment() -> Iterator[None]:
    """All that is read inside is as it was at one moment, whatever others write meanwhile."""
    from django.db import connection, transaction

    connection.ensure_connection()  # which is when it learns its mode
    mode = getattr(connection, "transaction_mode", None)
    # SQLite sees one moment anyway; as one that only reads it lets others write meanwhile.
    setattr(connection, "transaction_mode", None)  # noqa: B010 - SQLite's alone
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        setattr(connection, "transaction_mode", mode)  # noqa: B010
