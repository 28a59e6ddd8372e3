"""A workspace: one folder of cells, ledger, and builds.

telads-data/
  workspace.json        the format of the folder, and the version of telads that wrote here last
  ledger.json           what was ingested (`store.ledger`)
  dataset/              the definition of its dataset, unless that is the one shipped
  neighbourhoods.geojson  borders of neighbourhoods, if any were imported
  watched.json          what was seen of watched folders (`telads.watch`)
  cells/                Parquet, one file per month and version
  marts/<build>/        the tables of one build, never changed: a file a month, shared by builds
  history/              what the next build needs of the months (`method.history`), safe to delete
  experiments/<id>/     tests by area: a design, outcomes, a verdict (`experiments.kept`)
  lookups/<build>/      those of them laid out by key (`answers.tables`), made when asked for
  backups/              what earlier versions wrote, kept at an upgrade (`telads.backup.upgrade`)
  current               the name of the build in force, replaced by a rename
  watched.json          files that were seen in watched folders (`telads.watch`), safe to delete
  lock                  held by the one process that writes
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from telads.dataset import Dataset, dataset_of, seoul
from telads.dataset.definition import BORDERS, CROSSWALK, DEFINITION, PROFILE
from telads.errors import (
    DatasetError,
    NothingBuilt,
    UnknownChoice,
    WorkspaceBusy,
    WorkspaceDamaged,
    WorkspaceError,
)
from telads.model import Month
from telads.settings import Settings
from telads.store.files import (
    FILE,
    TEMPORARY,
    UNREADABLE,
    close,
    explained,
    make_folder,
    write_text,
)
from telads.store.ledger import CELLS, Ledger, newer_workspace
from telads.store.ledger import VERSION as FORMAT
from telads.text import Text
from telads.version import __version__

NEIGHBOURHOODS = "neighbourhoods.geojson"
WATCHED = "watched.json"
LOOKUPS = "lookups"
EXPERIMENTS = "experiments"
EXPERIMENT = ("before.json", "after.json", "verdict.json", "reference.json", "design.json")
"""Files of an experiment; without the last one its folder is none."""
BACKUPS = "backups"
BUILD = re.compile(r"\w[\w-]*")
"""Names of builds; they cannot lead out of their folder."""


@contextmanager
def locked(
    folder: Path, busy: Text, wait: float, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lock of a folder, created if need be; `on_wait` is called if it has to wait.

    Raises `WorkspaceBusy` with the message `busy` if another process holds it longer than `wait`
    seconds, and `WorkspaceError` if nothing can be written.
    """
    from filelock import FileLock, Timeout

    try:
        make_folder(folder)
        lock = FileLock(folder / "lock", mode=FILE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if on_wait:
                on_wait()
            lock.acquire(timeout=wait)
    except Timeout as error:
        advice = Text("끝난 뒤에 다시 해 주세요.", "Try again when it has finished.")
        raise WorkspaceBusy(busy, advice, file=folder) from error
    except OSError as error:
        raise unwritable(folder, error.strerror) from error
    try:
        yield
    finally:
        lock.release()


def unwritable(path: Path, why: str | None = None) -> WorkspaceError:
    """The error for a workspace, or a file of it, that cannot be written to."""
    return WorkspaceError(
        Text("작업 폴더에 쓸 수 없습니다.", "The workspace cannot be written to."),
        Text("이 계정에 쓰기 권한을 주거나 --workspace로 다른 폴더를 골라 주세요.",
             "Give this account write permission, or choose another folder with --workspace."),
        file=path, value=why,
    )  # fmt: skip


BUILD_FORMAT = 6
"""Version of a build's tables; increase it if their columns or figures change."""


@dataclass(frozen=True)
class Store:
    """Paths and state of a workspace folder. Nothing is created before the first write."""

    path: Path

    @property
    def ledger_path(self) -> Path:
        """Path of the ledger."""
        return self.path / "ledger.json"

    @property
    def cells_path(self) -> Path:
        """Folder of cells."""
        return self.path / "cells"

    @property
    def marts_path(self) -> Path:
        """Folder of builds."""
        return self.path / "marts"

    @property
    def history_path(self) -> Path:
        """Folder of what a build keeps for the next one."""
        return self.path / "history"

    @property
    def dataset_path(self) -> Path:
        """Folder of its dataset's definition; absent for the shipped one."""
        return self.path / "dataset"

    @property
    def dataset(self) -> Dataset:
        """The dataset of its months; without months, that of the settings.

        Raises `DatasetError` for an unusable definition.
        """
        if (self.dataset_path / DEFINITION).is_file():
            return dataset_of(self.dataset_path)
        default = None if self.ledger_path.exists() else Settings.load().dataset
        return dataset_of(default) if default else seoul()

    def choose_dataset(self, folder: Path | None) -> Dataset:
        """The dataset for new months: that of a folder or, without one, its own.

        A definition may change as far as the existing months still fit it; raises `DatasetError`
        for another city, other cell ages or another window, and for one with faults.
        """
        own, asked = self.dataset, folder or Settings.load().dataset
        if asked is None or not self.ledger_path.exists():
            return dataset_of(asked) if asked else own
        new = dataset_of(asked)
        fixed = ("id", "cell_ages", "window_months")
        differ = [name for name in fixed if getattr(new, name) != getattr(own, name)]
        if differ:
            raise DatasetError(
                Text("작업 폴더에는 다른 데이터 정의의 달이 들어 있습니다.",
                     "The workspace contains months of another dataset."),
                Text("--workspace로 새 폴더를 골라 주세요.",
                     "Choose a new folder with --workspace."),
                file=new.folder / DEFINITION, key=differ[0], value=getattr(new, differ[0]),
            )  # fmt: skip
        return new

    def remember_dataset(self, dataset: Dataset) -> None:
        """Copy the definition into the workspace; call only under the lock."""
        own = self.dataset
        unchanged = dataset == own and dataset.crosswalk == own.crosswalk
        if unchanged and (self.dataset_path.exists() or dataset == seoul()):
            return
        for name in (
            BORDERS,
            CROSSWALK,
            PROFILE,
            DEFINITION,
        ):  # the last one puts the others in force
            file = dataset.folder / name
            if file.is_file():
                write_text(self.dataset_path / name, file.read_text(encoding="utf-8"))
            else:
                with explained(self.dataset_path / name):
                    (self.dataset_path / name).unlink(missing_ok=True)

    def written_by(self) -> dict[str, Any]:
        """The `format` of the workspace, and the version of `telads` that wrote to it last.

        Workspaces from before 0.2.0 have neither: format 1, and None. Raises `NewerVersion` for a
        format that this version does not know, and `WorkspaceDamaged`.
        """
        file = self.path / "workspace.json"
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
            told = {"format": known["format"], "telads": known["telads"]}
            if type(told["format"]) is not int or not isinstance(told["telads"], str):
                raise TypeError(told)
        except (FileNotFoundError, NotADirectoryError):
            return {"format": 1, "telads": None}
        except (KeyError, OSError, RecursionError, TypeError, ValueError) as error:
            raise WorkspaceDamaged(
                Text("작업 폴더를 읽을 수 없습니다.", "The workspace cannot be read."),
                Text("폴더와 권한을 확인해 주세요. 내용이 깨졌다면 이 파일을 지워도 됩니다.",
                     "Check the folder and its permissions. If the file's content is damaged, it "
                     "may be deleted."),
                file=file,
            ) from error  # fmt: skip
        if told["format"] > FORMAT:
            raise newer_workspace(file, told["format"], told["telads"])
        return told

    def ledger(self) -> Ledger:
        """Read the ledger; raises `NewerVersion` and `WorkspaceDamaged`."""
        self.written_by()
        return Ledger.load(self.ledger_path)

    def cells(self, ledger: Ledger | None = None) -> dict[Month, Path]:
        """Path of the cells of each month."""
        current = (ledger or self.ledger()).current()
        return {month: self.cells_path / entry.cells for month, entry in current.items()}

    def second_cells(self, ledger: Ledger | None = None) -> dict[str, dict[Month, Path]]:
        """Paths of the cells of second files, by their id and by the months that are in force."""
        known = ledger or self.ledger()
        months, found = known.current(), dict[str, dict[Month, Path]]()
        for (month, id), entry in known.second().items():
            if month in months:
                found.setdefault(id, {})[month] = self.cells_path / entry.cells
        return found

    @contextmanager
    def writing(self, wait: float, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold the workspace's lock; raises `WorkspaceBusy` if another process holds it too long.

        Closes files left open to others, as by a former version, and upgrades the format. Raises
        `NewerVersion` before anything is changed.
        """
        busy = Text("다른 telads가 이 작업 폴더에 쓰고 있습니다.",
                    "Another telads is writing to this workspace.")  # fmt: skip
        self.written_by()
        with locked(self.path, busy, wait, on_wait):
            self.bring_up_to_date()
            self._sweep()
            group = Settings.load().cells_group
            close(self.path, group)
            try:
                yield
            finally:
                if group:  # new cells are owner-only
                    close(self.path, group)

    def bring_up_to_date(self) -> None:
        """Write this version's format, so that earlier versions refuse it; only under the lock.

        A build of an earlier version stays in force until the next is made.
        """
        told = self.written_by()
        if told["format"] < FORMAT and self.ledger_path.exists():
            with suppress(WorkspaceDamaged):  # damage is reported to readers
                self.ledger().save(self.ledger_path)
        now = {"format": FORMAT, "telads": __version__}
        if told != now:
            write_text(self.path / "workspace.json", json.dumps(now) + "\n")

    def _sweep(self) -> None:
        """Remove temporary files of a killed process; call only under the lock."""
        experiments = self.path / EXPERIMENTS
        for folder in (
            self.path, self.cells_path, self.marts_path, self.history_path, experiments,
        ):  # fmt: skip
            for left in folder.glob(f"{TEMPORARY}*") if folder.is_dir() else ():
                shutil.rmtree(left) if left.is_dir() else left.unlink()

    def build_name(self) -> str | None:
        """The name of the build in force, or None before the first one.

        Raises `NewerVersion`, and `WorkspaceDamaged`.
        """
        self.written_by()
        file = self.path / "current"
        try:
            name = file.read_text(encoding="utf-8").strip()
            if BUILD.fullmatch(name):
                return name
            raise ValueError(name)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise WorkspaceDamaged(
                Text("작업 폴더를 읽을 수 없습니다.", "The workspace cannot be read."),
                Text("폴더와 권한을 확인해 주세요.", "Check the folder and its permissions."),
                file=file,
            ) from error

    def build(self) -> Build:
        """The build in force; raises `NothingBuilt`."""
        name = self.build_name()
        if name is None:
            raise NothingBuilt(
                Text("아직 계산한 데이터가 없습니다.", "Nothing has been built yet."),
                Text("telads ingest 파일들, telads build를 차례로 실행해 주세요.",
                     "Run telads ingest FILES and then telads build."),
                file=self.path,
            )  # fmt: skip
        return Build(self.marts_path / name)

    @property
    def neighbourhoods_path(self) -> Path:
        """The borders of neighbourhoods; there is no such file before some are taken in."""
        return self.path / NEIGHBOURHOODS

    def is_whole(self, name: str) -> bool:
        """Whether a build of this name exists; its folder only ever appears complete."""
        return (self.marts_path / name / "build.json").is_file()

    def builds(self) -> list[Build]:
        """Builds that are kept, newest first."""
        folders = self.marts_path.iterdir() if self.marts_path.is_dir() else ()
        found = [Build(path) for path in folders
                 if not path.name.startswith(TEMPORARY) and self.is_whole(path.name)]  # fmt: skip
        return sorted(found, key=lambda build: (build.made, build.name), reverse=True)

    def roll_back(
        self, start: str | None, keep: int, wait: float, on_wait: Callable[[], None] | None = None
    ) -> str:
        """Put a kept build in force again, and return its name.

        `start` is a prefix of its name, or None for the one made before that in force; a newer one
        can be named too. Ingested months stay: the next build includes all of them. Raises
        `UnknownChoice` if no build, or more than one, matches.
        """
        with self.writing(wait, on_wait):
            builds = [build.name for build in self.builds() if build.is_current]
            if start is None:
                current = self.build().name
                older = builds[builds.index(current) + 1 :] if current in builds else builds
                found = older[:1]
            else:
                found = [name for name in builds if start and name.startswith(start)]
            if len(found) != 1:
                raise _no_such_build(start, builds)
            self.switch(found[0], keep)
        return found[0]

    def switch(self, name: str, keep: int) -> None:
        """Put a build in force in one rename and delete the oldest ones beyond `keep`."""
        write_text(self.path / "current", name + "\n")
        others = [build.path for build in self.builds() if build.name != name]
        for folder in others[keep - 1 :]:
            # Renamed first: half deleted, it would still pass for a complete build.
            doomed = folder.with_name(f"{TEMPORARY}{folder.name}")
            folder.rename(doomed)
            shutil.rmtree(doomed)
        for folder in (self.path / LOOKUPS).glob("*"):
            if not self.is_whole(folder.name):
                shutil.rmtree(folder, ignore_errors=True)


def table_file(name: str, month: str = "") -> str:
    """The name of the file of a table, or of a month of it."""
    return f"{name}-{month}.parquet" if month else f"{name}.parquet"


@dataclass(frozen=True)
class Build:
    """The tables of one build; a folder that never changes."""

    path: Path

    @property
    def dataset(self) -> Dataset:
        """Its dataset: that of the workspace it is in."""
        return Store(self.path.parents[1]).dataset

    @property
    def name(self) -> str:
        """Hash of the build."""
        return self.path.name

    @cached_property
    def about(self) -> dict[str, Any]:
        """What the build was made from: months, hashes, warnings, settings, version."""
        try:
            about: dict[str, Any] = json.loads((self.path / "build.json").read_text("utf-8"))
            _check_about(about, self.dataset)
        except UNREADABLE as error:
            raise self._damaged() from error
        return about

    def _damaged(self) -> WorkspaceDamaged:
        return WorkspaceDamaged(
            Text("데이터 버전을 읽을 수 없습니다.", "The data version cannot be read."),
            Text("telads build --again으로 다시 계산해 주세요.", "Run telads build --again."),
            file=self.path,
        )

    @property
    def made(self) -> float:
        """Time of creation, in seconds since 1970."""
        return (self.path / "build.json").stat().st_mtime

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The label months, in order."""
        return tuple(Month.parse(text) for text in self.about["months"])

    @property
    def synthetic(self) -> bool:
        """Whether any month is synthetic."""
        return bool(self.about["synthetic"])

    def breaks(self, month: Month) -> tuple[str, ...]:
        """Measures whose series may be broken between the previous month and this one."""
        return tuple(self.about.get("breaks", {}).get(str(month), ()))

    def patterns(self, month: Month) -> dict[str, Month]:
        """Services whose differences between neighbourhoods are those of another month.

        Service -> that month; the cells inside each segment have its pattern.
        """
        told = self.about.get("patterns", {}).get(str(month), {})
        return {service: Month.parse(origin) for service, origin in told.items()}

    def forecast(self, month: Month) -> dict[str, Any] | None:
        """How forecasts of the next label month were judged up to a month, and the one `taken`.

        `months` that judged them, and by candidate its `value` (NDCG@3), how far it is `ahead` of
        the last month, and `low` and `high` of that. None with too few months.
        """
        found: dict[str, Any] | None = self.about.get("forecasts", {}).get(str(month))
        return found

    def warnings(self, month: Month) -> tuple[Text, ...]:
        """Warnings about a month's data."""
        return tuple(Text(*pair) for pair in self.about["files"][str(month)]["warnings"])

    @property
    def is_current(self) -> bool:
        """Whether its tables are those of this version of telads and of the dataset."""
        own = Store(self.path.parents[1]).dataset_path / DEFINITION
        fits = not own.is_file() or self.about.get("dataset") == self.dataset.digest
        return fits and bool(self.about.get("format") == BUILD_FORMAT)

    @property
    def lookups(self) -> Path:
        """Folder of its tables laid out by key; it exists when one was asked for."""
        return self.path.parents[1] / LOOKUPS / self.name

    def table(self, name: str, month: Month | None = None) -> list[Path]:
        """Paths of a table's Parquet files: one for each month in order, or one of all of them.

        With `month` only that month's: none if nobody is shown in it. Raises `NothingBuilt` for a
        build of another format.
        """
        known = self._digests(name)
        return [self.path / table_file(name, of) for of in known if not month or of == str(month)]

    def is_by_month(self, name: str) -> bool:
        """Whether a table has a file for each month."""
        return "" not in self._digests(name)

    def _digests(self, table: str) -> dict[str, str]:
        """Digests of the files of a table, by month ("" for one file of all months)."""
        self.require_current()
        try:
            digests: dict[str, str] = self.about["tables"][table]
        except KeyError as error:
            raise self._damaged() from error
        return digests

    def require_current(self) -> None:
        """Raise `NothingBuilt` for a build of another format, or of another dataset."""
        if not self.is_current:
            raise NothingBuilt(
                Text("지금 적용된 데이터 버전은 다른 버전의 telads가 만든 것입니다.",
                     "The current data version was made by another version of telads."),
                Text("telads build를 실행해 주세요. 데이터는 그대로 있습니다.",
                     "Run telads build; the data is not changed."),
                file=self.path,
            )  # fmt: skip


def _check_about(about: dict[str, Any], dataset: Dataset) -> None:
    """Raise an error if a reader would find missing or mistyped facts."""
    months = [str(Month.parse(text)) for text in about["months"]]
    good = (
        months
        and about["files"].keys() == set(months)
        and about["services"]
        and {*about["services"]} <= dataset.measures.keys()
        and isinstance(about["version"], str)
        and math.isfinite(about["floor"])
        and math.isfinite(about["forecast_phi"])
        and int(about["format"])
    )
    for of in about.get("patterns", {}).values():
        good = good and of.keys() <= {*about["services"]} and all(map(Month.parse, of.values()))
    for of in about.get("tables", {}).values():
        good = good and of and (of.keys() == {""} or all(map(Month.parse, of)))
    for file in about["files"].values():
        good = good and CELLS.fullmatch(file["cells"]) and math.isfinite(file["coverage"])
        for ko, en in file["warnings"]:
            good = good and isinstance(ko, str) and isinstance(en, str)
    if not good:
        raise ValueError(months)


def _no_such_build(start: str | None, builds: list[str]) -> UnknownChoice:
    if start is None:
        return UnknownChoice(
            Text(
                "되돌아갈 이전 데이터 버전이 없습니다.",
                "There is no earlier data version to go back to.",
            ),
            Text("telads builds로 남은 것을 볼 수 있습니다.", "Run telads builds."),
        )
    known = ", ".join(builds)
    return UnknownChoice(
        Text(
            "데이터 버전을 찾을 수 없거나 여럿입니다.",
            "Data version not found, or more than one matches.",
        ),
        Text(f"이 가운데 고를 수 있습니다: {known}", f"Choose one of {known}"),
        value=start,
    )
