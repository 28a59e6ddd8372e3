"""The report on a twin's quality, as JSON for programs and as a page in the report's look."""

from __future__ import annotations

import json
import math
from pathlib import Path

from telads.dataset import in_force
from telads.method.fidelity import BEST, FIRST, Fidelity
from telads.render.report import template
from telads.render.svg.theme import stylesheet
from telads.store.files import write_text
from telads.text import Lang, Text
from telads.version import __version__
from telads.wording import counted

DOCUMENT, PAGE = "quality.json", "quality.html"


def write_quality(found: Fidelity, source: Text, folder: Path, lang: Lang) -> list[Path]:
    """Write `quality.json` and `quality.html` into the folder of a twin.

    `source` says what the twin imitates and how it was drawn.
    """
    document, page = folder / DOCUMENT, folder / PAGE
    told = json.dumps(_known(found.document()), ensure_ascii=False, indent=1, allow_nan=False)
    write_text(document, f"{told}\n", export=True)
    shown = template("twin.html.j2").render(
        lang=lang,
        say=lambda ko, en: in_force().fill(Text(ko, en))(lang),
        found=found, source=source, version=__version__, sentences=sentences(found),
        rows=[_row(found, at, lang) for at in range(len(found.measures))], colours=stylesheet(),
    )  # fmt: skip
    write_text(page, shown, export=True)
    return [document, page]


def sentences(found: Fidelity) -> list[Text]:
    """Two sentences on how true the twin is, and two on how safe."""
    first, three = f"{found.first_service:.0%}", f"{found.first_services:.0%}"
    typical, most = found.correlations_typical, found.correlations_most
    near, closest = f"{found.nearest:.2f}", f"{found.closest:.2f}"
    bad = found.repeated or found.places
    return [
        Text(
            f"집단 {found.groups:,}곳 가운데 {first}에서 가장 먼저 추천하는 서비스가 실제와 "
            "같습니다.",
            f"In {first} of {counted(found.groups, 'group')} the service recommended first is the "
            "same.",
        ),
        Text(
            f"추천하는 앞의 서비스 {FIRST}개는 {three}가 같습니다. 동네 사이 서비스의 상관은 평균 "
            f"{typical:.2f}만큼 다르고, 열에 아홉은 {most:.2f} 이하로 다릅니다.",
            f"Of the first {FIRST} services {three} are the same. Correlations of services between "
            f"neighbourhoods differ by {typical:.2f} on average, by {most:.2f} at most in nine of "
            "ten.",
        ),
        Text(
            f"합성 셀 {found.repeated:,}개가 실제 셀과 똑같고, 동네 {found.places:,}곳이 실제 "
            "동네입니다. 이 데이터를 내보내지 마세요.",
            f"Cells that repeat a real one: {found.repeated:,}; real neighbourhoods: "
            f"{found.places:,}. Do not pass this data on.",
        )
        if bad
        else Text(
            f"합성 셀 {found.cells:,}개 가운데 실제 셀과 똑같은 것은 없고, 실제 동네도 없습니다.",
            f"None of {found.cells:,} cells repeats a real one, and no neighbourhood is real.",
        ),
        Text(
            f"합성 셀에서 가장 가까운 실제 셀까지는 실제 셀끼리보다 {near}배 멀고, 가장 가까운 "
            f"5%에서는 {closest}배 멉니다. 1보다 뚜렷이 작으면 실제 셀을 베낀 것입니다.",
            f"The nearest real cell is {near} times as far as real cells are from each other, "
            f"{closest} times among the closest 5 %. Clearly less than 1 would mean that real "
            "cells were copied.",
        ),
    ]


def _row(found: Fidelity, at: int, lang: Lang) -> list[str]:
    one = found.measures[at]
    measure = in_force().measures[one.measure]
    best = found.best_groups.get(one.measure, math.nan)
    sizes = [
        "–" if math.isnan(size) else f"{size:.2f} sd" if measure.is_index else f"{size:.1%}"
        for size in (one.typical, one.most)
    ]
    order = "–" if math.isnan(one.order) else f"{one.order:.2f}"
    return [measure.text(lang), *sizes, order, "" if math.isnan(best) else f"{best * BEST:.0f}"]


def _known(value: object) -> object:
    """JSON has no NaN: null."""
    if isinstance(value, dict):
        return {name: _known(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
