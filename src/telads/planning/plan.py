"""A plan: what was asked for, what it was computed from, and what came out, under one hash.

The text of a plan is canonical JSON: keys in order, no spaces, numbers rounded where they are made
(`result`). Its SHA-256 is the plan's hash. Nothing of a day or a machine is in it: the same brief
on the same build is the same plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from telads.answers.choices import month_of, service_of
from telads.errors import DataError, install_newer
from telads.language import Text
from telads.model import Month
from telads.planning.audience import Audience, audience
from telads.planning.brief import Brief, read_brief, read_former_brief
from telads.planning.limits import check_unit
from telads.planning.result import PARTS, Result, divide, upgraded
from telads.planning.scenarios import OFTEN, SHARE
from telads.workspace import Build

FORMAT = 2
"""Version of the plan's JSON."""
FORMER = 1
"""Plans in which there was one objective, affinity-weighted reach, and no ceiling."""


@dataclass(frozen=True)
class Basis:
    """What the figures depend on besides the brief; a change of any can change them."""

    build: str
    month: str
    cells: str
    """The month's data, by the name of their file, which holds their hash."""
    version: str
    format: int
    floor: float
    forecast_phi: float
    synthetic: bool


@dataclass(frozen=True)
class Plan:
    """A finished plan. `people` says who the audience was, as JSON takes it."""

    brief: Brief
    basis: Basis
    people: Mapping[str, Any]
    result: Result
    former: Mapping[str, Any] | None = None
    """The JSON of a plan of an earlier version, as it was saved; its figures stay as they were."""

    @property
    def name(self) -> str:
        """As the planner calls it."""
        return self.brief.name

    @property
    def month(self) -> Month:
        """The label month it was made on."""
        return Month.parse(self.basis.month)

    def content(self) -> dict[str, Any]:
        """The plan as JSON, without its hash."""
        if self.former is not None:
            return {name: value for name, value in self.former.items() if name != "hash"}
        return {
            "plan": FORMAT,
            "brief": self.brief.document(),
            "basis": dict(vars(self.basis)),
            "audience": dict(self.people),
            "result": self.result.document(),
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text."""
        return _hash(self.content())

    def document(self) -> dict[str, Any]:
        """The plan as JSON, with its hash."""
        return {**self.content(), "hash": self.hash}


def canonical(document: Mapping[str, Any]) -> str:
    """One text for one document: keys sorted, no spaces, no NaN."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def basis_of(build: Build, month: Month) -> Basis:
    """What figures of a month depend on in a build."""
    about = build.about
    return Basis(
        build=build.name,
        month=str(month),
        cells=str(about["files"][str(month)]["cells"]),
        version=str(about["version"]),
        format=int(about["format"]),
        floor=float(about["floor"]),
        forecast_phi=float(about["forecast_phi"]),
        synthetic=build.synthetic,
    )


def make_plan(build: Build, brief: Brief) -> Plan:
    """Choose the audience and divide the budget, on the brief's month or the newest.

    Raises `QuestionError` and its kinds: unknown names, too few people, limits that cannot be kept.
    """
    check_unit(brief.unit, brief.budget)  # here, so that plans that were saved with one are read
    month = month_of(build, brief.month)
    for service in (brief.service, *(offer.service for offer in brief.offers)):
        service_of(build, service)
    chosen = audience(build, brief.rules, month)
    return Plan(
        brief, basis_of(build, month), people_document(chosen),
        divide(build, brief, chosen),
    )  # fmt: skip


def people_document(chosen: Audience) -> dict[str, Any]:
    """Size, profile and districts of an audience as JSON."""

    def short(value: float | None, digits: int) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "segments": len(chosen.segments),
        "population": chosen.size.population,
        "population_low": chosen.size.low,
        "population_high": chosen.size.high,
        "population_share": round(chosen.size.share, SHARE),
        "profile": [
            {
                "service": one.service,
                "affinity": short(one.affinity, SHARE),
                "index": short(one.index, OFTEN),
                "index_low": short(one.low, OFTEN),
                "index_high": short(one.high, OFTEN),
                "volume_share": short(one.share, SHARE),
            }
            for one in chosen.profile
        ],
        "districts": dict(chosen.districts),
    }


def read_plan(document: Any) -> Plan:
    """A plan from its JSON; raises `DataError` if anything in it was changed since it was made."""
    if isinstance(document, Mapping) and "audience" in document and "basis" not in document:
        raise DataError(
            Text("저장된 계획이 아니라 계획 요청입니다.", "This is a brief, no saved plan."),
            Text("telads plan으로 먼저 계획을 만들어 .json으로 저장해 주세요.",
                 "Make a plan of it first: telads plan, saved as .json."),
        )  # fmt: skip
    form = document.get("plan") if isinstance(document, Mapping) else None
    if type(form) is int and form > FORMAT:
        raise DataError(
            Text("더 새로운 버전의 telads가 저장한 계획입니다.",
                 "A newer version of telads saved this plan."),
            install_newer(), value=f"plan {form}",
        )  # fmt: skip
    if not isinstance(document, Mapping) or not _whole(document):
        raise _damaged()
    try:
        result, former = document["result"], document["plan"] == FORMER
        if former:
            result = upgraded(result)
        return Plan(
            brief=(read_former_brief if former else read_brief)(document["brief"]),
            basis=Basis(**document["basis"]),
            people=document["audience"],
            result=Result(result["summary"], *(tuple(result[part]) for part in PARTS)),
            former=document if former else None,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _damaged() from error


def _whole(document: Mapping[str, Any]) -> bool:
    """Whether a document is a plan of this form, as it was saved."""
    content = {name: value for name, value in document.items() if name != "hash"}
    try:
        return document.get("plan") in {FORMAT, FORMER} and document.get("hash") == _hash(content)
    except (TypeError, ValueError, RecursionError):  # nothing that JSON holds
        return False


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _damaged() -> DataError:
    return DataError(
        Text("계획의 내용이 저장할 때와 다릅니다.", "The plan is not as it was when it was saved."),
        Text("저장된 원본을 쓰거나 계획을 다시 만들어 주세요.",
             "Use the saved original, or make the plan again."),
    )  # fmt: skip
