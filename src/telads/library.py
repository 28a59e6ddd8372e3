"""The Python interface: a workspace with the verbs of the command line as methods.

Importing it is cheap; each method imports its modules on first call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from telads.answers.answer import Answer
from telads.answers.questions import (
    ALIKE,
    CHANGES,
    EVALUATE,
    HISTORY,
    LOOKALIKE,
    PLATFORMS,
    SERVICES,
    SIGNALS,
    TARGETS,
    Question,
)
from telads.dataset import using
from telads.model import Month, Sex
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import Lang, Text, locale_language

if TYPE_CHECKING:
    from datetime import date

    from telads.experiments.kept import Experiment
    from telads.ingest.borders import Matched
    from telads.ingest.ingest import Taken
    from telads.method.build import Built
    from telads.render.svg.drawing import Drawing

    PathText = str | PathLike[str]
    Document = Mapping[str, Any] | PathText
    """A JSON document of planning, parsed or as a file."""


Opened = TypeVar("Opened")


def open(
    path: str | PathLike[str] | None = None,
    settings: Settings | None = None,
    dataset: str | PathLike[str] | None = None,
) -> Workspace:
    """Open the workspace in a folder; by default the one of the settings (`TELADS_WORKSPACE`).

    `dataset` is the folder of the definition for new months (docs/dataset.md); by default the
    workspace's own. Nothing is created before the first `ingest`. Raises `SettingError`.
    """
    chosen = settings or Settings.load()
    store = Store(Path(path) if path else chosen.workspace)
    return Workspace(store, chosen, _path(dataset))


def _of_its_dataset(opened: type[Opened]) -> type[Opened]:
    """Class decorator: run each public method with the workspace's dataset in force."""
    for name, method in vars(opened).items():
        if not name.startswith("_"):
            setattr(opened, name, _answering(method))
    return opened


def _answering(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def answer(self: Workspace, *given: Any, **named: Any) -> Any:
        with using(self.store.dataset):
            return method(self, *given, **named)

    return answer


@_of_its_dataset
class Workspace:
    """A workspace with the questions of the command line, answered from the build in force.

    Districts may be named in Korean or English, sexes as `F`/`M` (or 여/남), ages by the first year
    of their ten (70 = 70 and over), months as `2023-06` (None: the newest). Every question returns
    an `Answer`, whose `rows` is a Polars table, and raises `NothingBuilt` before the first build,
    `UnknownChoice` for a name that is not in the data.
    """

    def __init__(self, store: Store, settings: Settings, dataset: Path | None = None) -> None:
        self.store = store
        self.settings = settings
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"Workspace({str(self.store.path)!r})"

    def _shown(self, answer: Answer) -> Answer:
        """Set the language in which a notebook shows the answer."""
        chosen: Lang = "en" if (self.settings.lang or locale_language()) == "en" else "ko"
        return replace(answer, language=chosen)

    def _ask(self, question: Question, asked: Mapping[str, object]) -> Answer:
        return self._shown(question.ask(self.store.build(), **asked))

    def ingest(
        self,
        paths: PathText | Iterable[PathText],
        month: str | Month | None = None,
        replace: bool = False,
    ) -> list[Taken]:
        """Take files, archives or folders in; return one result per file, in order.

        A refused file has an `error` in its result and does not affect the others. A file of
        several months has one result for each. Replacing a month by far fewer rows, places or
        services needs `replace`. Raises `DataError` if there is nothing to read, `WorkspaceBusy`,
        `WorkspaceError`.
        """
        from telads.ingest.ingest import ingest

        label = Month.parse(month) if isinstance(month, str) else month
        files = map(Path, _listed(paths))
        with using(self.store.choose_dataset(self._dataset)):
            return list(ingest(self.store, files, self.settings, label, replace=replace))

    def check(
        self,
        paths: PathText | Iterable[PathText],
        month: str | Month | None = None,
        replace: bool = False,
    ) -> list[Taken]:
        """Return the results that `ingest` would, by the same checks; nothing is written.

        Raises `DataError` if there is nothing to read.
        """
        from telads.ingest.ingest import check

        label = Month.parse(month) if isinstance(month, str) else month
        files = map(Path, _listed(paths))
        with using(self.store.choose_dataset(self._dataset)):
            return list(check(self.store, files, self.settings, label, replace=replace))

    def aggregate(
        self,
        paths: PathText | Iterable[PathText],
        month: str | Month | Iterable[str | Month] | None = None,
        engine: str = "polars",
        k: int = 5,
        mobility: PathText | Iterable[PathText] | None = None,
        mapping: PathText | None = None,
        places: PathText | None = None,
        census: PathText | None = None,
        memory: str = "2GB",
        partitions: int | None = None,
        jobs: int | None = None,
        epsilon: float | None = None,
        noise: str | None = None,
        delta: float = 0.0,
        spark_master: str | None = None,
        spark_conf: PathText | None = None,
        epsilon_limit: float | None = None,
        replace: bool = False,
    ) -> list[Taken]:
        """Reduce subscriber logs to k-anonymous cells; return one result per label month.

        The parameters are the options of the verb, described in docs/aggregate.md. Raises
        `DataError` for a log that does not fit, `SettingError`, `UnknownChoice`, `WorkspaceBusy`,
        `WorkspaceError`.
        """
        from telads.aggregate.job import aggregate
        from telads.aggregate.noise import noise_of
        from telads.aggregate.request import Request, parse_memory
        from telads.engines import event_engine

        months = [month] if isinstance(month, str | Month) else month or ()
        request = Request(
            events=tuple(map(str, _listed(paths))),
            mobility=tuple(map(str, _listed(mobility))),
            mapping=_path(mapping), places=_path(places), census=_path(census),
            months=tuple(Month.parse(m) if isinstance(m, str) else m for m in months),
            k=k, memory=parse_memory(memory), parts=partitions, jobs=jobs,
            noise=noise_of(epsilon, noise, delta), limit=epsilon_limit, replace=replace,
        )  # fmt: skip
        runs_on = event_engine(engine, spark_master, _path(spark_conf), request.memory, jobs)
        with using(self.store.choose_dataset(self._dataset)):
            return aggregate(self.store, request, self.settings, runs_on)

    def build(self, again: bool = False) -> Built:
        """Compute all months and put them in force; does nothing if nothing is new."""
        from telads.method.build import build

        return build(self.store, self.settings, again=again)

    def forget(self, month: str | Month, by: str = "Python", second: str = "") -> Built:
        """Remove a month whose file was wrong and build without it; `by` is recorded.

        `second`, a second file of the month by its name or id, removes that file alone. Raises
        `UnknownChoice` for an absent month or file, `DataError` for the only month.
        """
        from telads.store.months import withdraw

        file = self.store.dataset.find_second(second)
        withdraw(self.store, Month.parse(str(month)), by, self.settings, second=file)
        return self.build()

    def borders(self, path: PathText, code: str | None = None) -> Matched:
        """Match the polygons of a GeoJSON file to the neighbourhoods and keep them for maps.

        `code` names the property with the code (None: the one that fits best). Returns the
        neighbourhoods matched and those without a border, and the features not in the data
        (docs/data-format.md). Raises `DataError` for a file that does not fit, `WorkspaceBusy`,
        `WorkspaceError`.
        """
        from telads.ingest.borders import take_borders

        return take_borders(self.store, Path(path), self.settings, code)

    def status(self) -> Answer:
        """The months of the workspace: see `answers.inventory.status`."""
        from telads.answers.inventory import status

        return self._shown(status(self.store, self.settings))

    def services(
        self,
        district: str,
        sex: str | Sex,
        age: str | int,
        month: str | Month | None = None,
        method: str = "affinity",
    ) -> Answer:
        """Rank the services to advertise to a segment: see `answers.customers.services`."""
        asked = {"district": district, "sex": sex, "age": age, "month": month, "method": method}
        return self._ask(SERVICES, asked)

    def history(self, district: str, sex: str | Sex, age: str | int) -> Answer:
        """A segment's services month by month: see `answers.customers.history`."""
        return self._ask(HISTORY, {"district": district, "sex": sex, "age": age})

    def targets(
        self,
        service: str,
        by: str = "affinity",
        top: int = 10,
        month: str | Month | None = None,
        method: str = "affinity",
        district: str | None = None,
        sex: str | Sex | None = None,
        age: str | int | None = None,
        platforms: bool = False,
        platforms_by: str = "use",
        level: str = "district",
    ) -> Answer:
        """Rank the segments to address with a service: see `answers.advertisers.targets`."""
        asked = {"service": service, "by": by, "top": top, "month": month, "method": method,
                 "district": district, "sex": sex, "age": age, "platforms": platforms,
                 "platforms_by": platforms_by, "level": level}  # fmt: skip
        return self._ask(TARGETS, asked)

    def platforms(
        self,
        service: str,
        district: str,
        sex: str | Sex,
        age: str | int,
        month: str | Month | None = None,
        method: str = "affinity",
        by: str | None = None,
    ) -> Answer:
        """Rank platforms for a service's advert: see `answers.advertisers.platforms`."""
        asked = {"service": service, "district": district, "sex": sex, "age": age, "month": month,
                 "method": method, "by": by}  # fmt: skip
        return self._ask(PLATFORMS, asked)

    def lookalike(
        self,
        district: str,
        sex: str | Sex,
        age: str | int,
        month: str | Month | None = None,
        among: str = "all",
        top: int = 5,
    ) -> Answer:
        """Find segments of similar use: see `answers.advertisers.lookalike`."""
        asked = {"district": district, "sex": sex, "age": age, "month": month, "among": among,
                 "top": top}  # fmt: skip
        return self._ask(LOOKALIKE, asked)

    def alike(
        self,
        neighbourhood: str | None = None,
        sex: str | Sex | None = None,
        age: str | int | None = None,
        month: str | Month | None = None,
        among: str = "all",
        top: int = 5,
    ) -> Answer:
        """Find neighbourhoods of similar use: see `answers.places.alike`."""
        asked = {"neighbourhood": neighbourhood, "sex": sex, "age": age, "month": month,
                 "among": among, "top": top}  # fmt: skip
        return self._ask(ALIKE, asked)

    def signals(
        self, district: str, sex: str | Sex, age: str | int, month: str | Month | None = None
    ) -> Answer:
        """Mobility and daily life of a segment: see `answers.customers.signals`."""
        return self._ask(SIGNALS, {"district": district, "sex": sex, "age": age, "month": month})

    def changes(
        self,
        service: str,
        month: str | Month | None = None,
        against: str = "month",
        district: str | None = None,
    ) -> Answer:
        """Where its use changed, and whether it was the city: see `answers.changes.changes`."""
        asked = {"service": service, "month": month, "against": against, "district": district}
        return self._ask(CHANGES, asked)

    def evaluate(self, horizon: int = 1) -> Answer:
        """The backtest and its baselines: see `answers.evaluation.evaluation`."""
        return self._shown(EVALUATE.ask(self.store, horizon=horizon))

    def chart(
        self,
        name: str,
        lang: Lang = "ko",
        narrow: bool = False,
        month: str | Month | None = None,
        district: str | None = None,
        sex: str | Sex | None = None,
        age: str | int | None = None,
        service: str | None = None,
        measure: str = "average_age",
        by: str = "affinity",
        top: int = 30,
    ) -> Drawing:
        """Draw a picture; the choices are the fields of `answers.pictures.Asked`.

        A notebook shows it as SVG; programs use `svg`, `png()`, `rows` and `save(path)`.
        """
        from telads.answers.pictures import Asked, picture
        from telads.render.svg import drawn, find_chart

        asked = Asked(month, district, sex, age, service, measure, by, top)
        shown = picture(self.store.build(), find_chart(name).id, asked, lang)
        return drawn(shown, narrow=narrow)

    def areas(
        self,
        service: str,
        month: str | Month | None = None,
        level: str = "district",
        sex: str | Sex | None = None,
        age: str | int | None = None,
        output: PathText | None = None,
    ) -> dict[str, Any]:
        """Districts or neighbourhoods with the use of a service, as GeoJSON (RFC 7946).

        Of everybody, or of one `sex` and `age`; figures are null where too few people are known.
        `output` also writes them as .geojson or .parquet (GeoParquet 1.1). Raises `QuestionError`
        without borders of the level: `borders` takes in those of neighbourhoods.
        """
        from telads.answers.areas import areas
        from telads.answers.choices import area_level_of, filters_of, month_of, service_of
        from telads.render.areas import geojson, write

        build = self.store.build()
        _, who, years = filters_of(build, None, sex, age)
        found = areas(build, service_of(build, service).id, month_of(build, month),
                      area_level_of(level), who, years)  # fmt: skip
        if output is not None:
            write(Path(output), build, found)
        return geojson(build, found)

    def export(self, table: str, path: str | PathLike[str], method: str = "affinity") -> int:
        """Write scores, segments, targets or platforms to a file; see `export.export`."""
        from telads.export import export

        return export(self.store.build(), table, Path(path), method)

    def audience(
        self, rules: Document, against: Document | None = None, month: str | Month | None = None
    ) -> Answer:
        """The audience of rules, or its overlap with another's (docs/planning.md).

        See `planning.questions.audience_answer` and `overlap_answer`. Raises `QuestionError`,
        `AudienceTooSmall`.
        """
        from telads.planning.brief import RULES
        from telads.planning.questions import audience_answer, overlap_answer
        from telads.planning.rules import read_rules

        build = self.store.build()
        first = read_rules(_document(rules, RULES))
        if against is None:
            return self._shown(audience_answer(build, first, month))
        return self._shown(
            overlap_answer(build, first, read_rules(_document(against, RULES)), month)
        )

    def plan(
        self, brief: Document, part: str = "platforms", output: PathText | None = None
    ) -> Answer:
        """Allocate a budget: one of the plan's tables, with its sums as facts (docs/planning.md).

        `part` is platforms, segments, spends, budgets (reach by budget), goals (least budgets),
        sensitivity, districts, ages or neighbourhoods (of districts whose money is divided over
        them; else it has no rows); `output` also writes the whole plan as .pptx (a deck), .pdf,
        .xlsx, .csv or .json, which can be loaded again, or for an ad system (.google.csv,
        .meta.json and others, with notes beside it). The sentences and the deck also say what
        experiments that are kept as reference for the service found. Raises `QuestionError` and its
        subclasses.
        """
        from telads.experiments.services import references_of
        from telads.planning.brief import BRIEF, read_brief
        from telads.planning.files import write_plan
        from telads.planning.plan import make_plan
        from telads.planning.questions import part_named, plan_answer

        chosen, build = part_named(part), self.store.build()
        made = make_plan(build, read_brief(_document(brief, BRIEF)))
        beside = references_of(self.store, made.brief.service)
        if output is not None:
            write_plan(made, Path(output), build=build, beside=beside)
        return self._shown(plan_answer(build, made, chosen, beside))

    def replan(
        self,
        saved: Document,
        month: str | Month | None = None,
        output: PathText | None = None,
    ) -> Answer:
        """Compare a saved plan with the build in force: see `planning.comparison.compare`.

        `output` also writes the comparison as .pptx (a deck), .pdf, .xlsx, .csv or .json.
        """
        from telads.answers.choices import month_of
        from telads.planning.brief import PLAN
        from telads.planning.comparison import compare
        from telads.planning.files import write_comparison
        from telads.planning.plan import read_plan
        from telads.planning.questions import comparison_answer

        build = self.store.build()
        found = compare(read_plan(_document(saved, PLAN)), build, month_of(build, month))
        if output is not None:
            write_comparison(found, Path(output))
        return self._shown(comparison_answer(found))

    def experiment_design(
        self,
        name: str,
        treated: int,
        weeks: int,
        start: str | date | None = None,
        outcome: PathText | None = None,
        value: str | None = None,
        sd: str | float | None = None,
        level: str = "district",
        must: Iterable[str] = (),
        must_not: Iterable[str] = (),
        service: str | None = None,
        plan: Document | None = None,
        sides: int = 2,
        alpha: float = 0.05,
        power: float = 0.8,
        unit: str = "",
        seed: int | None = None,
        again: bool = False,
        part: str = "areas",
    ) -> Answer:
        """Draw a test by area and keep it; one of its tables (docs/experiments.md).

        `part` is areas, balance, curve or borders. Raises `QuestionError` and its subclasses,
        `DataError` for an outcome that does not fit, `WorkspaceBusy`.
        """
        from telads.experiments.questions import design_answer, part_named
        from telads.experiments.services import design_experiment, share_typed
        from telads.planning.brief import PLAN

        chosen = part_named(part)
        made = design_experiment(
            self.store, self.settings, name, treated=treated, weeks=weeks, start=start,
            outcome=_path(outcome), value=value, sd=None if sd is None else share_typed(sd),
            level=level, must=tuple(must), must_not=tuple(must_not), service=service,
            plan=None if plan is None else _document(plan, PLAN), sides=sides, alpha=alpha,
            power=power, unit=unit, seed=seed, again=again,
        )  # fmt: skip
        return self._shown(design_answer(made.design, made.before, chosen))

    def experiment_analyse(
        self,
        name: str,
        outcome: PathText,
        value: str | None = None,
        cost: float | None = None,
        start: str | date | None = None,
        weeks: int | None = None,
        without: Iterable[str] = (),
        part: str = "methods",
    ) -> Answer:
        """Analyse the outcome of a kept design as designed, and keep the verdict.

        `start`, `weeks` and `without` are what came otherwise; each is said. `part` is methods or
        weeks. Raises `QuestionError` and its subclasses, `DataError`, `WorkspaceBusy`.
        """
        from telads.experiments.questions import part_named, verdict_answer
        from telads.experiments.services import analyse_experiment

        chosen = part_named(part, found=True)
        made = analyse_experiment(
            self.store, self.settings, name, Path(outcome), value=value, cost=cost, start=start,
            weeks=weeks, without=tuple(without),
        )  # fmt: skip
        assert made.verdict is not None
        return self._shown(verdict_answer(made, made.verdict, chosen))

    def experiment_show(
        self, name: str, part: str | None = None, output: PathText | None = None
    ) -> Answer:
        """The verdict of an experiment, or its design before it is analysed: one of its tables.

        `output` also writes the experiment as .pptx (a deck), .pdf, .xlsx, .json or, of that table
        alone, .csv. Raises `UnknownChoice`, `WorkspaceDamaged`.
        """
        from telads.experiments.files import write_experiment
        from telads.experiments.kept import experiment_named
        from telads.experiments.questions import shown_again

        known = experiment_named(self.store, name)
        answer = shown_again(known, part)
        if output is not None:
            write_experiment(known, Path(output), "ko", part)
        return self._shown(answer)

    def experiment_reference(
        self, name: str, service: str | None = None, remove: bool = False
    ) -> Experiment:
        """Let later plans of a service show the verdict of an experiment, or no longer.

        The service is by default that of the design. None of a plan's figures changes. Raises
        `QuestionError` before the verdict, `UnknownChoice`, `WorkspaceBusy`.
        """
        from telads.experiments.services import refer

        return refer(self.store, self.settings, name, service, remove)

    def experiment_list(self) -> list[Experiment]:
        """All experiments of the workspace, by name; raises `WorkspaceDamaged`."""
        from telads.experiments.kept import experiments

        return experiments(self.store)

    def experiment_delete(self, name: str) -> None:
        """Delete an experiment with its outcomes; raises `UnknownChoice`, `WorkspaceBusy`."""
        from telads.experiments.kept import delete

        delete(self.store, self.settings, name)


def _document(given: Document, what: Text) -> Any:
    """A planning document as given, or read from a file."""
    if isinstance(given, Mapping):
        return given
    from telads.planning.brief import json_file

    return json_file(Path(given), what)


def _listed(paths: PathText | Iterable[PathText] | None) -> Iterable[PathText]:
    """One path, several or none, as an iterable."""
    if paths is None:
        return ()
    return [paths] if isinstance(paths, str | PathLike) else paths


def _path(path: PathText | None) -> Path | None:
    return None if path is None else Path(path)
