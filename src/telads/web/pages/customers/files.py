"""Files of the customer page."""

from __future__ import annotations

from django.http import QueryDict

from telads.answers.customers import history, services, signals
from telads.dataset import in_force
from telads.render.files import provenance
from telads.store.workspace import Build
from telads.text import Text
from telads.web.file_responses import Tables, file_view
from telads.web.pages.customers import forms

FILES = {
    "services.xlsx": Text("엑셀", "Excel"),
    "services.csv": Text("서비스(CSV)", "Services (CSV)"),
    "history.csv": Text("달마다의 이용(CSV)", "Use over all months (CSV)"),
    "signals.csv": Text("이동과 생활(CSV)", "How they move and live (CSV)"),
}
"""A workbook of all three tables, and each table by itself."""


def _tables(build: Build, query: QueryDict) -> Tables:
    choice = forms.choice_of(build, query)
    district, sex, age = choice.segment
    where = in_force().district_name(district, "en").lower()
    words = ("telads", where, str(sex), str(age), str(choice.month), choice.method, build.name, "")
    return Tables(
        "-".join(words),
        {
            "services": services(build, *choice.segment, choice.month, choice.method),
            "history": history(build, *choice.segment),  # covers all months
            "signals": signals(build, *choice.segment, choice.month),
        },
        {
            **provenance(build, "services", choice.method),
            "month": str(choice.month),
            **choice.segment._asdict(),
        },
    )


file = file_view(FILES, _tables)
"""`/customers/services.csv?district=강남구&sex=F&age=30`."""
