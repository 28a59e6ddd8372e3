"""Files of Vesterby, a made-up city whose dataset is declared in `vesterby/`."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from random import Random

from telads.dataset import Dataset, dataset_of
from telads.model import Month

FOLDER = Path(__file__).parent / "vesterby"
QUARTERS = 6
MONTHS = tuple(Month.of(2024, month) for month in range(1, 6))
TASTES = {"news": 9.0, "sport": 12.0, "radio": 6.5, "travel": 4.0}


def vesterby() -> Dataset:
    return dataset_of(FOLDER)


def write_month(folder: Path, month: Month, extra: tuple[str, ...] = ()) -> Path:
    """A month as the city publishes it: `;` between fields, commas before decimals, `-` masked.

    `extra` are headers of more services.
    """
    random, dataset = Random(month.number), vesterby()
    services = {id: dataset.measures[id].headers[0] for id in TASTES}
    names = ["kvarter_nr", "bydel", "kvarter", "køn", "alder", "personer", "roaming (EUR)",
             "busdage", *services.values(), *extra, "bemærkning"]  # fmt: skip
    lines = [";".join(names)]
    for code, district in dataset.districts.items():
        for quarter, sex, age in product(range(1, QUARTERS + 1), ("H", "K"), dataset.cell_ages):
            lean = math.sin(int(code) * 1.7 + (sex == "K") + age / 9) + random.gauss(0, 0.15)
            figures = [
                f"{random.uniform(300, 900):.1f}",
                f"{random.uniform(1, 9):.2f}",
                f"{10 + 3 * lean + random.gauss(0, 0.4):.2f}",
                *(
                    f"{mean * (1 + 0.3 * math.sin(at + 2 * lean)) + random.gauss(0, 0.2):.2f}"
                    for at, mean in enumerate((*TASTES.values(), *(5.0 for _ in extra)))
                ),
            ]
            if random.random() < 0.004:
                figures[-1] = "-"
            row = [f"{code}{quarter:02d}", district.ko, f"{district.ko} {quarter}", sex, str(age)]
            written = (figure.replace(".", ",") for figure in figures)
            lines.append(";".join((*row, *written, "")))
    path = folder / f"mobile-use_{month}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join((*lines, "")).encode("cp1252"))
    return path
