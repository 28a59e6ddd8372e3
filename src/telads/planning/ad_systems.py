"""A plan as files for ad systems, each with notes beside it that state what the file loses.

One entry of `AD_SYSTEMS` for each system: its bands of ages, its writer, and the document that the
form was taken from. Nothing is sent anywhere: the files are for people to read in and complete.

Budgets are those of the whole plan, never a day's, and everything is written as paused or off. The
systems' own ids of places are taken from the lists that `TELADS_AD_PLACES` names, as a system
publishes them (Google: Criteria ID, Name, Canonical Name ...) or of the columns system, place, id,
and optionally name, region and type. A place without an id keeps its name, for looking up.

Systems that bill in one currency only are offered where the dataset's money is that currency.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple

from telads.dataset import in_force
from telads.errors import DataError, UnknownChoice
from telads.model import Sex
from telads.planning.brief import money
from telads.planning.handover import AdGroup, Band, Handover
from telads.planning.plan import Plan
from telads.planning.words import platform_text
from telads.settings import Settings
from telads.store.files import write_text
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text, same
from telads.wording import SYNTHETIC, counted

NOTES = "-notes.txt"
"""Suffix of the notes beside a file, after its name."""


class Place(NamedTuple):
    """A district in an ad system; `id` is None where no list names it."""

    district: str
    id: str | None
    name: str
    """Its name in the system, else in the dataset."""
    region: str = ""
    type: str = ""


@dataclass(frozen=True)
class AdSystem:
    """An ad system that a plan can be handed over to."""

    id: str
    name: Text
    suffix: str
    """End of the file's name, as `.google.csv`."""
    bands: Callable[[], tuple[Band, ...]]
    write: Callable[[Written], str]
    document: str
    """Name and state of the document that the form was taken from."""
    losses: tuple[Text, ...]
    """What the system cannot take from a plan."""
    runs: bool = False
    currency: str = ""
    """The only currency that it bills in; empty for any."""


@dataclass(frozen=True)
class Written:
    """A plan while it is written for one system."""

    system: AdSystem
    handover: Handover
    places: Mapping[str, Place]

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.handover.plan

    def title(self, at: int) -> str:
        """Name of the group at a position; it cannot begin a formula."""
        return f"telads · {self.plan.name} · {at + 1}"

    def adjustment(self, group: AdGroup, district: str) -> int | None:
        """Bid adjustment in percent: the index of the group's people there, to the plan's.

        None if the service has no index.
        """
        cells = {(one.sex, in_force().bands[one.cell_age]) for one in group.cells}
        own = [use for (at, sex, age), use in self._use.items()
               if at == district and (sex, age) in cells]  # fmt: skip
        there, whole = _mean(own), _mean(list(self._use.values()))
        if there is None or not whole:
            return None
        return round((there / whole - 1) * 100)

    @cached_property
    def _use(self) -> dict[tuple[str, str, int], tuple[float, float | None]]:
        """People of each district, sex and age, and people times index; None without one."""
        found: dict[tuple[str, str, int], tuple[float, float | None]] = {}
        for row in self.handover.rows:
            at = (row["district"], row["sex"], row["age"])
            count, weighted = found.get(at, (0.0, 0.0))
            index, people = row["index"], float(row["population"])
            none = index is None or weighted is None
            found[at] = count + people, None if none else weighted + people * index
        return found


def _mean(use: list[tuple[float, float | None]]) -> float | None:
    """Mean index over people; None if one has none."""
    total = fsum(count for count, _ in use)
    if not total or any(weighted is None for _, weighted in use):
        return None
    return fsum(weighted or 0.0 for _, weighted in use) / total


def offered() -> dict[str, AdSystem]:
    """The systems for the dataset in force, by suffix."""
    money_of = in_force().currency.code
    return {one.suffix: one for one in AD_SYSTEMS if one.currency in {"", money_of}}


def system_of(name: str) -> AdSystem | None:
    """The system whose suffix a file's name has; None for another file."""
    return next((one for end, one in offered().items() if name.casefold().endswith(end)), None)


def notes_of(path: Path) -> Path:
    """The notes beside a file."""
    return path.with_name(path.name + NOTES)


def write_for(
    system: AdSystem, plan: Plan, path: Path, lang: Lang, build: Build | None = None
) -> None:
    """Write a plan for a system, and the notes beside it (`notes_of`).

    `build` gives the sizes that the notes state. Raises `DataError` for a list of places that
    cannot be read.
    """
    handover = Handover(plan, system.bands(), build, system.runs)
    written = Written(system, handover, places_of(system, handover))
    write_text(path, system.write(written), export=True)
    lines = "\n".join(line(lang) for line in notes(written))
    write_text(notes_of(path), lines + "\n", export=True)


# ---- the user's own lists of places ----------------------------------------------------------


GOOGLE_LIST = ("Criteria ID", "Name", "Canonical Name")
OWN_LIST = ("system", "place", "id")


def places_of(system: AdSystem, handover: Handover) -> dict[str, Place]:
    """The districts of a plan in a system, by their name in answers."""
    city = in_force().city.en
    names = [name for name in in_force().district_names if name in {
        cell.district for cell in handover.cells}]  # fmt: skip
    names += sorted({cell.district for cell in handover.cells} - {*names})
    found = {
        name: Place(name, None, f"{in_force().district_name(name, 'en')}, {city}") for name in names
    }
    for file in Settings.load().ad_places:
        for place in _listed(file, system.id, names):
            found[place.district] = place
    return found


def _listed(file: Path, system: str, known: list[str]) -> Iterator[Place]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            header = tuple(reader.fieldnames or ())
            if {*GOOGLE_LIST} <= {*header}:
                rows = list(_of_google(reader)) if system == "google" else []
            elif {*OWN_LIST} <= {*header}:
                rows = [row for row in reader if (row["system"] or "").strip() == system]
            else:
                raise ValueError(", ".join(header))
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            Text("광고 시스템의 지역 목록을 읽을 수 없습니다.",
                 "A list of an ad system's places cannot be read."),
            Text("UTF-8 CSV 파일이어야 하고, 열은 Google이 공개하는 목록과 같거나 system, place, "
                 "id여야 합니다.",
                 "It must be a CSV file in UTF-8, with the columns of Google's published list, or "
                 "system, place and id."),
            file=file, value=str(error)[:80],
        ) from error  # fmt: skip
    for row in rows:
        name = _known(row["place"] or "", known)
        if name and (row["id"] or "").strip():
            yield Place(
                name,
                (row["id"] or "").strip(),
                (row.get("name") or row["place"] or "").strip(),
                (row.get("region") or "").strip(),
                (row.get("type") or "").strip(),
            )


def _of_google(reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    """Rows of Google's list that lie in the dataset's city and are in use."""
    cities = {in_force().city.ko.casefold(), in_force().city.en.casefold()}
    for row in reader:
        canonical = [part.strip() for part in row["Canonical Name"].split(",")]
        if row.get("Status", "Active") != "Active" or not cities & {
            part.casefold() for part in canonical[1:]
        }:
            continue
        yield {"place": row["Name"], "id": row["Criteria ID"], "name": row["Canonical Name"]}


def _known(name: str, known: list[str]) -> str | None:
    try:
        return in_force().find_district(name, known)
    except UnknownChoice:
        return None


# ---- Google Ads Editor ------------------------------------------------------------------------

GOOGLE_COLUMNS = (
    "Campaign", "Campaign Type", "Budget", "Budget type", "Campaign Status", "Ad Group",
    "Ad Group Status", "Age", "Gender", "Location", "ID", "Bid Modifier", "Status",
)  # fmt: skip
LEAST_ADJUSTMENT, MOST_ADJUSTMENT = -90, 900
"""Limits of a bid adjustment, percent."""
_GOOGLE_SEX = {Sex.MALE: "Male", Sex.FEMALE: "Female"}


def _google_bands() -> tuple[Band, ...]:
    ranges = ((18, 24), (25, 34), (35, 44), (45, 54), (55, 64))
    return (*(Band(*one, f"{one[0]}-{one[1]}") for one in ranges), Band(65, None, "65 or more"))


def _google(written: Written) -> str:
    """A campaign for each set of districts and platform, since places belong to campaigns."""
    text = io.StringIO()
    table = csv.DictWriter(text, GOOGLE_COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    sets: dict[tuple[str, ...], list[AdGroup]] = {}
    for group in written.handover.groups:
        sets.setdefault(group.districts, []).append(group)
    for at, (districts, groups) in enumerate(sets.items()):
        platforms = sorted({name for group in groups for name in group.spends})
        for platform in platforms:
            named = f"{written.title(at)} · {platform_text(platform).en}"
            table.writerow({
                "Campaign": named, "Campaign Type": _campaign_type(written.plan, platform),
                "Budget": sum(group.spends.get(platform, 0) for group in groups),
                "Budget type": "Campaign total", "Campaign Status": "Paused",
            })  # fmt: skip
            for district in districts:
                place = written.places[district]
                table.writerow({
                    "Campaign": named, "Location": place.name, "ID": place.id or "",
                    "Bid Modifier": _google_bid(written, groups, district), "Status": "Enabled",
                })  # fmt: skip
            for number, group in enumerate(groups, start=1):
                own = {"Campaign": named, "Ad Group": f"{written.title(at)}.{number}"}
                table.writerow({**own, "Ad Group Status": "Paused"})
                for band in group.bands:
                    table.writerow({**own, "Age": band.code, "Status": "Enabled"})
                for sex in group.sexes:
                    table.writerow({**own, "Gender": _GOOGLE_SEX[sex], "Status": "Enabled"})
    return "\ufeff" + text.getvalue()


def _campaign_type(plan: Plan, platform: str) -> str:
    services = {offer.name: offer.service for offer in plan.brief.offers}
    return "Video" if services.get(platform) in {"youtube", "video"} else "Display"


def _google_bid(written: Written, groups: list[AdGroup], district: str) -> str:
    known = [written.adjustment(group, district) for group in groups]
    if None in known:
        return ""
    mean = round(fsum(one or 0 for one in known) / len(known))
    return f"{min(max(mean, LEAST_ADJUSTMENT), MOST_ADJUSTMENT)}%"


# ---- Meta -------------------------------------------------------------------------------------

META_YOUNGEST, META_OLDEST = 13, 65
"""Limits of `age_min` and `age_max`; 65 as the last age means 65 and over."""
_META_SEX = {Sex.MALE: 1, Sex.FEMALE: 2}


def _meta_bands() -> tuple[Band, ...]:
    """The dataset's own ages between the limits: the system takes any year."""
    ages = in_force().cell_ages
    first = {max(age, META_YOUNGEST) for age in ages if age < META_OLDEST}
    starts = sorted({*first, META_OLDEST})
    ends = [start - 1 for start in starts[1:]]
    if ages[-1] + 4 < META_YOUNGEST:
        return ()
    return (*(Band(start, end, str(start)) for start, end in zip(starts, ends, strict=False)),
            Band(META_OLDEST, None, str(META_OLDEST)))  # fmt: skip


def _meta(written: Written) -> str:
    groups = []
    for at, group in enumerate(written.handover.groups):
        places: dict[str, list[dict[str, Any]]] = {}
        for district in group.districts:
            place = written.places[district]
            kind = place.type or "regions"
            places.setdefault(kind, []).append({"key": place.id, "name": place.name})
        last = group.bands[-1].last
        groups.append(_group(written, at, group, {
            "targeting": {
                "age_min": group.bands[0].first,
                "age_max": META_OLDEST if last is None else last,
                "genders": [_META_SEX[sex] for sex in group.sexes],
                "geo_locations": places,
            },
            "status": "PAUSED",
        }))  # fmt: skip
    return _json(written, groups)


# ---- Kakao Moment -----------------------------------------------------------------------------


def _kakao_bands() -> tuple[Band, ...]:
    return (
        *(Band(first, first + 4, str(first)) for first in range(15, 70, 5)),
        Band(70, None, "70"),
    )


def _kakao(written: Written) -> str:
    groups = []
    for at, group in enumerate(written.handover.groups):
        locations = [
            {"value": place.id, "description": place.name if place.id else district,
             "depth1Name": place.region or None}
            for district in group.districts for place in (written.places[district],)
        ]  # fmt: skip
        groups.append(_group(written, at, group, {
            "targeting": {
                "ageType": "NOT_ALL", "ages": [band.code for band in group.bands],
                "genderType": "NOT_ALL", "genders": [str(sex) for sex in group.sexes],
                "locationType": "AREA", "locations": locations,
            },
            "config": "OFF",
        }))  # fmt: skip
    return _json(written, groups)


# ---- Naver search ads -------------------------------------------------------------------------

LEAST_WEIGHT, MOST_WEIGHT = 50, 500
"""Limits of a bid weight, percent of the bid."""
_OFFICIAL_DIGITS, _CODE_OF_DISTRICT = 10, 5
"""Digits of an official code of a neighbourhood, and of those that name its district by law."""


def _naver_bands() -> tuple[Band, ...]:
    known = ((14, 18), (19, 24), *((first, first + 4) for first in range(25, 60, 5)))
    return (*(Band(*one, f"AG{one[0]}{one[1]}") for one in known), Band(60, None, ""))


def _naver(written: Written) -> str:
    """The criteria of each ad group: all of sex and age, on or off, and the districts."""
    codes = _legal_codes()
    groups = []
    for at, group in enumerate(written.handover.groups):
        sexes = [_criterion("GN", f"GN{sex}", sex.text.ko, sex not in group.sexes) for sex in Sex]
        ages = [
            _criterion("AG", band.code or None, _ages_in_words(band), band not in group.bands)
            for band in _naver_bands()
        ]
        places = []
        for district in group.districts:
            place = written.places[district]
            code = place.id or (f"RL{codes[district]}" if district in codes else None)
            change = written.adjustment(group, district) or 0
            weight = min(max(100 + change, LEAST_WEIGHT), MOST_WEIGHT)
            places.append(_criterion("RL", code, district, negative=False, weight=weight))
        unknown = [_criterion("GN", "GNU", "알 수 없음", negative=True),
                   _criterion("AG", "AGXXXX", "알 수 없음", negative=True)]  # fmt: skip
        groups.append(_group(written, at, group, {
            "criteria": {"GN": [*sexes, unknown[0]], "AG": [*ages, unknown[1]], "RL": places},
            "userLock": True,
        }))  # fmt: skip
    return _json(written, groups)


def _criterion(
    kind: str, code: str | None, name: str, negative: bool, weight: int = 100
) -> dict[str, Any]:
    return {
        "type": kind, "dictionaryCode": code, "codeName": name, "bidWeight": weight,
        "negative": negative, "enable": True,
    }  # fmt: skip


def _ages_in_words(band: Band) -> str:
    return f"{band.first}세 이상" if band.last is None else f"{band.first}세 ~ {band.last}세"


def _legal_codes() -> dict[str, str]:
    """Legal code of each district, from the official codes in the dataset's crosswalk.

    A district whose rows disagree has none.
    """
    found: dict[str, set[str]] = {}
    districts = in_force().districts.items()
    for row in in_force().crosswalk:
        own = next((text.ko for code, text in districts if row.to.startswith(code)), None)
        if own and len(row.code) == _OFFICIAL_DIGITS:
            found.setdefault(own, set()).add(row.code[:_CODE_OF_DISTRICT])
    return {name: min(codes) for name, codes in found.items() if len(codes) == 1}


# ---- what all share ---------------------------------------------------------------------------


def _group(written: Written, at: int, group: AdGroup, own: dict[str, Any]) -> dict[str, Any]:
    return {"name": written.title(at), "budgets": dict(group.spends), **own}


def _json(written: Written, groups: list[dict[str, Any]]) -> str:
    plan = written.plan
    document = {
        "system": written.system.id,
        "form": written.system.document,
        "plan": {"name": plan.name, "hash": plan.hash, "build": plan.basis.build,
                 "month": plan.basis.month, "synthetic": plan.basis.synthetic},
        "currency": in_force().currency.code,
        "groups": groups,
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def notes(written: Written) -> Iterator[Text]:
    """What the file targets, what it loses, and what is left to do, line by line."""
    plan, system, city = written.plan, written.system, in_force().city
    month = plan.month.text
    yield Text(
        f"{system.name.ko}: {plan.name} (계획 {plan.hash[:12]}, 기준월 {month.ko})",
        f"{system.name.en}: {plan.name} (plan {plan.hash[:12]}, month {month.en})",
    )
    if plan.basis.synthetic:
        yield SYNTHETIC
    yield _size(written)
    unpaid = len(plan.result.segments) - len(written.handover.rows)
    if unpaid:
        yield Text(f"집행액이 없는 집단 {unpaid}개는 들어 있지 않습니다.",
                   f"Groups of the plan without any spend, left out: {unpaid}.")  # fmt: skip
    yield from _ages(written)
    if written.handover.places:
        level, many = in_force().neighbourhood, written.handover.places
        yield Text(
            f"계획의 {level.text.ko} {many}곳은 이 파일에서 그 {in_force().district.text.ko} "
            "전체가 됩니다.",
            f"The plan's {level.plural.en} ({many}) become their whole "
            f"{in_force().district.plural.en} here."
            if many > 1
            else f"The plan's one {level.text.en} becomes its whole {in_force().district.text.en} "
            "here.",
        )
    yield Text(
        f"이 파일은 {city.ko}의 지역, 성별, 나이만 겨냥합니다. 이용 강도, CPM, 도달 상한과 곡선, "
        "빈도 목표는 담을 수 없습니다.",
        f"The file targets places in {city.en}, sexes and ages only: usage scores, CPM, ceilings, "
        "reach curves and the frequency goal cannot be expressed.",
    )
    yield from _money(written)
    yield from _places(written)
    yield from system.losses
    yield Text("모두 꺼진 상태로 적혀 있고, telads는 아무것도 보내지 않습니다.",
               "Everything is written as paused, and telads sends nothing anywhere.")  # fmt: skip
    yield Text(f"양식: {system.document}", f"Form: {system.document}")


def _size(written: Written) -> Text:
    """The people targeted beside those of the plan."""
    handover = written.handover
    own, groups = handover.planned, len(handover.groups)
    if not handover.sized:
        return Text(
            f"계획의 타겟은 {own:,}명입니다. 계획을 만든 데이터가 없어 이 파일이 겨냥하는 인원은 "
            f"적지 못했습니다(광고 그룹 {groups}개).",
            f"The plan's audience is {own:,} people. The data it was made on is not at hand, so "
            f"the people this file targets are not stated ({counted(groups, 'ad group')}).",
        )
    here = handover.population
    if here == own:
        return Text(
            f"이 파일은 계획과 같은 {own:,}명을 겨냥합니다(광고 그룹 {groups}개).",
            f"The file targets the plan's {own:,} people ({counted(groups, 'ad group')}).",
        )
    more = Text("많습니다", "more") if here > own else Text("적습니다", "fewer")
    return Text(
        f"이 파일은 {here:,}명을 겨냥합니다. 계획의 {own:,}명보다 {abs(here - own):,}명 {more.ko}"
        f"(광고 그룹 {groups}개).",
        f"The file targets {here:,} people, {abs(here - own):,} {more.en} than the plan's {own:,} "
        f"({counted(groups, 'ad group')}).",
    )


def _ages(written: Written) -> Iterator[Text]:
    """Ages that are targeted beyond the plan, and those that cannot be."""
    handover, level = written.handover, in_force().district
    for (sex, age), (count, number) in handover.beyond.items():
        named, size = in_force().cell_age_text(age), f"{number:,}"
        people = Text(f", {size}명", f", {size} people") if handover.sized else same("")
        yield Text(
            f"계획에 없지만 함께 겨냥함: {sex.text.ko} {named.ko}({level.text.ko} {count}곳"
            f"{people.ko}).",
            f"Targeted too, though not in the plan: {sex.text.en} {named.en} "
            f"({counted(count, level.text.en, level.plural.en)}{people.en}).",
        )
    outside = sorted({cell.cell_age for cell in handover.missing})
    if outside:
        ko, en = (", ".join(in_force().cell_age_text(age)(lang) for age in outside)
                  for lang in LANGUAGES)  # fmt: skip
        yield Text(f"이 시스템에서 겨냥할 수 없어 빠진 나이: {ko}.",
                   f"Ages that the system cannot target, left out: {en}.")  # fmt: skip


def _money(written: Written) -> Iterator[Text]:
    """The budgets, and what the platforms stand for."""
    spends: dict[str, int] = {}
    for group in written.handover.groups:
        for name, spend in group.spends.items():
            spends[name] = spends.get(name, 0) + spend
    total = sum(spends.values())
    ko, en = (", ".join(f"{platform_text(name)(lang)} {money(spend)(lang)}"
                        for name, spend in spends.items()) for lang in LANGUAGES)  # fmt: skip
    yield Text(
        f"금액은 하루 예산이 아니라 계획 전체의 집행액 {money(total).ko}입니다: {ko}. 이 "
        "시스템에서 사지 않는 매체는 지우고, 기간과 입찰을 정해 주세요.",
        f"Amounts are the plan's whole spend, {money(total).en}, not a day's: {en}. Delete "
        "platforms that are not bought here, and set dates and bids.",
    )
    lost = int(written.plan.result.summary["spend"]) - total
    if lost:
        yield Text(f"빠진 집단의 집행액 {money(lost).ko}은 들어 있지 않습니다.",
                   f"The spend of what is left out, {money(lost).en}, is not in it.")  # fmt: skip


def _places(written: Written) -> Iterator[Text]:
    """The places whose ids have to be looked up."""
    open_ones = [one for one in written.places.values() if one.id is None]
    if written.system.id == "naver":
        open_ones = [one for one in open_ones if one.district not in _legal_codes()]
    if not open_ones:
        return
    ko, en = (", ".join(in_force().district_name(one.district, lang) for one in open_ones)
              for lang in LANGUAGES)  # fmt: skip
    yield Text(
        f"시스템의 ID를 찾아 넣을 지역 {len(open_ones)}곳: {ko}. 목록이 있으면 TELADS_AD_PLACES에 "
        "적어 주세요.",
        f"Places whose id has to be looked up ({len(open_ones)}): {en}. A list of ids can be named "
        "in TELADS_AD_PLACES.",
    )


_UNKNOWN = Text(
    "나이나 성별을 시스템이 모르는 사람에게는 나가지 않습니다.",
    "People whose age or sex the system does not know are not reached.",
)

AD_SYSTEMS: tuple[AdSystem, ...] = (
    AdSystem(
        "google",
        Text("Google Ads 에디터", "Google Ads Editor"),
        ".google.csv",
        _google_bands,
        _google,
        "Google Ads Editor Help, CSV file columns (Location ID, Location, Bid adjustment, Budget); "
        "Age, Gender, Budget type and the states as the Editor exports them",
        (
            _UNKNOWN,
            Text(
                "지역 입찰가 조정은 그 지역의 이용 지수를 계획 평균과 비교한 값입니다. 표준화 "
                "점수로만 공개되는 서비스에는 없습니다.",
                "Bid adjustments of places are the index there against the plan's; services with "
                "standardised scores only have none.",
            ),
            Text(
                "캠페인은 매체와 지역 묶음마다 하나입니다. 총예산 캠페인은 시작일과 종료일이 "
                "있어야 올라갑니다.",
                "There is a campaign for each platform and set of places. A campaign with a total "
                "budget needs a start and an end date.",
            ),
        ),
    ),
    AdSystem(
        "meta",
        Text("Meta 광고", "Meta ads"),
        ".meta.json",
        _meta_bands,
        _meta,
        "Meta Marketing API v25.0, Basic Targeting (age_min, age_max, genders, geo_locations) and "
        "Targeting Search",
        (
            Text(
                "age_max 65는 65세 이상입니다. 나이가 이어지지 않으면 광고 그룹이 나뉩니다.",
                "An age_max of 65 means 65 and over. Ages with gaps become several groups.",
            ),
            Text(
                "입찰가 조정은 없습니다. 금액은 통화의 기본 단위이며, API는 가장 작은 단위로 "
                "받습니다.",
                "There are no bid adjustments. Amounts are in whole units of the currency; the "
                "API takes its smallest unit.",
            ),
        ),
        runs=True,
    ),
    AdSystem(
        "kakao",
        Text("카카오모먼트", "Kakao Moment"),
        ".kakao.json",
        _kakao_bands,
        _kakao,
        "Kakao Moment API v4, Ad group (targeting) and Targeting for ad group (city, county, "
        "district); ages by the first of five years",
        (_UNKNOWN, Text("입찰가 조정은 없습니다.", "There are no bid adjustments.")),
        currency="KRW",
    ),
    AdSystem(
        "naver",
        Text("네이버 검색광고", "Naver search ads"),
        ".naver.json",
        _naver_bands,
        _naver,
        "Naver Search AD API, release note of 2022-04-26 (Criterion: GN, AG, RL)",
        (
            _UNKNOWN,
            Text(
                "지역 코드는 RL과 법정동 코드의 시·군·구 다섯 자리이고, 지역 입찰 가중치는 그 "
                "지역의 이용 지수를 계획 평균과 비교한 값입니다. 60세 이상의 코드는 공개 문서에 "
                "없어 비워 두었습니다.",
                "Region codes are RL and the five digits of the district's legal code; their bid "
                "weights are the index there against the plan's. The code of 60 and over is in no "
                "public document and left empty.",
            ),
        ),
        currency="KRW",
    ),
)
"""The systems that a plan can be handed over to."""
