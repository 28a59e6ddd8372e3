"""Whom and what the fingerprint asks about: segments, audiences, plans of six kinds."""

from __future__ import annotations

import json
from typing import Any

SEGMENTS = (("강남구", "F", "30"), ("노원구", "M", "70"))
DISTRICT, SEX, AGE = SEGMENTS[0]
SERVICE = "delivery"
METHODS = ("affinity", "classic")
TABLES = ("scores", "segments", "targets", "platforms")
"""What can be exported."""
LARGEST = ("platforms", "affinity")
"""The one that takes ten seconds as a workbook."""
PEOPLE = {"kim": "planner", "lee": "viewer", "park": "administrator"}
"""Who may sign in, in which role."""

YOUNG = {"where": {"all": [{"age": [20, 30]}, {"service": SERVICE, "affinity": 0.5}]}}
WOMEN = {"where": {"sex": "F"}}
LIKED = {
    "where": {"any": [
        {"like": {"district": DISTRICT, "sex": SEX, "age": int(AGE)}, "top": 10, "among": "all"},
        {"all": [{"signal": "subway_days", "z": 1}, {"not": {"age": [70]}}]},
    ]},
    "include": [{"district": "노원구", "sex": "M", "age": 40}],
    "exclude": [{"district": DISTRICT, "sex": "M", "age": 20}],
}  # fmt: skip
RULES: dict[str, dict[str, Any]] = {"young": YOUNG, "women": WOMEN, "liked": LIKED}

SHOPPING, YOUTUBE = {"service": "shopping", "price": 3500}, {"service": "youtube", "price": 4500}
PLAN = "reach"
"""The brief of which every part is asked."""
BRIEFS: dict[str, dict[str, Any]] = {
    "reach": {"audience": YOUNG, "service": SERVICE, "budget": 50_000_000,
              "platforms": [SHOPPING, YOUTUBE]},
    "at most": {"audience": WOMEN, "service": "game", "budget": 60_000_000,
                "frequency": {"at_most": 4}, "month": "2023-03", "target": {"reach": 0.6},
                "platforms": [{**SHOPPING, "minimum": 5_000_000, "cap": 20_000_000,
                               "ceiling": 0.8, "curve": {"scale": 1.4}},
                              {**YOUTUBE, "name": "short",
                               "curve": {"points": [[1, 0.4], [3, 0.7]]}},
                              {"service": "finance", "price": 5000}]},
    "at least": {"audience": {"where": {"age": [20]}}, "service": "finance", "budget": 3_000_000,
                 "frequency": {"at_least": 2}, "platforms": [SHOPPING]},
    "index": {"audience": {"where": {"all": [{"service": "video", "index": 105},
                                             {"district": [DISTRICT, "노원구", "관악구"]}]}},
              "service": "video", "budget": 20_000_000, "objective": "index", "unit": 10_000,
              "target": {"people": 50_000}, "platforms": [YOUTUBE, {**SHOPPING, "ceiling": 0.5}]},
    "association": {"audience": {"where": {"sex": "M"}}, "service": "netflix",
                    "budget": 30_000_000, "objective": "affinity", "weight": "association",
                    "platforms": [{**SHOPPING, "price": 4000}, {"service": "game", "price": 2500}]},
    "liked": {"audience": LIKED, "service": "youtube", "budget": 1_234_567,
              "target": {"frequency": 4}, "platforms": [{"service": "video", "price": 1000}]},
}  # fmt: skip
"""Plans of six kinds."""
PARTS = (
    "platforms", "segments", "spends", "budgets", "goals", "sensitivity", "districts", "ages",
    "neighbourhoods",
)  # fmt: skip


def brief(name: str) -> dict[str, Any]:
    """A brief with its name in it."""
    return {"name": f"여름 {name}", **BRIEFS[name]}


def form(name: str, rules: str = "") -> dict[str, str]:
    """A brief as the website's form sends it."""
    given = brief(name)
    sent: dict[str, Any] = {
        "name": given["name"], "advertise": given["service"], "month": given.get("month", ""),
        "budget": f"{given['budget']:,}", "unit": str(given.get("unit", 1000)),
        "objective": given.get("objective", "reach"), "weight": given.get("weight", ""),
        "rules": rules or json.dumps(given["audience"], ensure_ascii=False),
    }  # fmt: skip
    sent["goal"], sent["often"] = next(iter(given.get("frequency", {"": ""}).items()))
    sent["target"], sent["level"] = next(iter(given.get("target", {"": ""}).items()))
    for at, offer in enumerate(given["platforms"]):
        curve = offer.get("curve", {})
        points = ", ".join(f"{n}:{reach}" for n, reach in curve.get("points", ()))
        row = {**offer, "curve": points or curve.get("scale", "")}
        sent |= {f"p{at}_{field}": value for field, value in row.items()}
    return {name: str(value) for name, value in sent.items()}
