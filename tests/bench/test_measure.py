"""The stopwatch: its own child alone, its own memory, and never the time of a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import Failed, Measured, Sample, Task, interleave, run

ROOT = Path(__file__).parents[2]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_time_and_memory_are_those_of_the_child(tmp_path: Path) -> None:
    script = """
from pathlib import Path
import sys
from bench.measure import Task, run
tasks = [Task(code, [[sys.executable, "-c", code]]) for code in sys.argv[1:]]
heavy, light = (run(task, {}, Path()) for task in tasks)
print(heavy.peak_mb, light.peak_mb, light.seconds, light.processor)
"""
    codes = ["b = b'x' * 150_000_000", "import time; time.sleep(0.2)"]
    said = subprocess.run(
        [sys.executable, "-c", script, *codes], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    heavy_mb, light_mb, light_seconds, light_processor = map(float, said.split())
    assert heavy_mb > 150
    assert light_mb < 50
    assert 0.2 <= light_seconds < 2
    assert light_processor < light_seconds - 0.1  # sleeping costs no processor time


def test_the_process_that_measures_stays_light() -> None:
    script = "import sys, bench.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "polars", "numpy", "openpyxl"} & set(loaded)


def test_commands_of_a_task_add_up_in_time_and_not_in_memory(tmp_path: Path) -> None:
    sleep = python("import time; time.sleep(0.1)")
    measured = interleave([Task("both", [sleep, sleep]), Task("one", [sleep])], 1, {}, tmp_path)
    assert measured["both"].seconds >= 0.2
    assert measured["both"].peak_mb < 1.5 * measured["one"].peak_mb


def test_a_failure_has_no_time(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"exit code 3(.|\n)*no luck"):
        run(Task("bad", [python("import sys; print('no luck', file=sys.stderr); sys.exit(3)")]),
            {}, tmp_path)  # fmt: skip


def test_tasks_take_turns_and_are_prepared_each_time(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def task(name: str) -> Task:
        code = f"open('log', 'a').write('{name}')"
        return Task(name, [python(code)], lambda: _append(log, "."))

    measured = interleave([task("a"), task("b")], 3, {}, tmp_path)
    assert log.read_text() == ".a.b" * 3
    assert [len(measured[name].samples) for name in "ab"] == [3, 3]


def _append(file: Path, text: str) -> None:
    with file.open("a") as log:
        log.write(text)


def test_the_environment_is_passed_on(tmp_path: Path) -> None:
    run(Task("t", [python("import os; assert os.environ['TELADS_LANG'] == 'en'")]),
        {"TELADS_LANG": "en"}, tmp_path)  # fmt: skip


def test_medians_and_extremes() -> None:
    measured = Measured(
        "m", (Sample(3, 4, 10), Sample(1, 1, 30), Sample(2, 2, 20), Sample(9, 7, 5))
    )
    assert (measured.seconds, measured.fastest, measured.slowest) == (2.5, 1, 9)
    assert (measured.processor, measured.peak_mb) == (3, 30)
