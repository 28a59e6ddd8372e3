"""Actions on experiments in the log of actions; nothing of an outcome is in it."""

from __future__ import annotations

from telads.text import Text

ACTIONS: dict[str, Text] = {
    "experiment-create": Text("실험 설계", "designed an experiment"),
    "experiment-draw": Text("실험 다시 추첨", "drew an experiment again"),
    "experiment-analyse": Text("실험 분석", "analysed an experiment"),
    "experiment-access": Text("실험 권한 변경", "changed who may see an experiment"),
    "experiment-reference": Text(
        "실험을 참고값으로 남김 또는 뺌", "kept an experiment as reference, or no longer"
    ),
    "experiment-file": Text("실험 파일 저장", "downloaded a file of an experiment"),
    "experiment-delete": Text("실험 삭제", "deleted an experiment"),
}

THINGS: dict[str, Text] = {"savedexperiment": Text("실험", "experiment")}

DETAILS: dict[str, tuple[str, Text]] = {
    "experiment-access": (r"(?P<level>read|none)", Text("계획을 보는 사람: {level}",
                                                        "those who see the plan: {level}")),
}  # fmt: skip
"""Form and wording of their details (`accounts.audit`)."""
