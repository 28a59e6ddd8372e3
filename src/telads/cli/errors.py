"""Typer's usage errors in both languages; Typer itself has English only."""

from __future__ import annotations

import re

import typer

from telads.text import Text, same

_KOREAN: tuple[tuple[str, str], ...] = (
    (r"Missing (?:option|argument|parameter) (?P<name>'.+?')\.(?: .*)?",
     "{name}도 알려 주세요."),
    (r"No such option: (?P<name>.+?) \(Possible options: (?P<choices>.+)\)",
     "옵션을 찾을 수 없습니다: {name} (비슷한 옵션: {choices})"),
    (r"No such option: (?P<name>.+)",
     "옵션을 찾을 수 없습니다: {name}"),
    (r"No such command (?P<name>.+?)\. Did you mean (?P<choices>.+)\?",
     "명령을 찾을 수 없습니다: {name} (비슷한 명령: {choices})"),
    (r"No such command (?P<name>.+?)\.",
     "명령을 찾을 수 없습니다: {name}"),
    (r"Invalid value for (?P<name>.+?): (?P<value>'.*') is not one of (?P<choices>.+)\.",
     "{name}에 쓸 수 없는 값입니다: {value}. 다음 중에서 골라 주세요: {choices}."),
    (r"Invalid value for (?P<name>.+?): (?P<value>'.*') is not a valid (?:int|integer)\.",
     "{name}에는 정수를 적어 주세요: {value}"),
    (r"Invalid value for (?P<name>.+?): (?P<value>.+)",
     "{name}에 쓸 수 없는 값입니다: {value}"),
    (r"Option (?P<name>.+?) requires an argument\.",
     "{name} 뒤에 값을 적어 주세요."),
    (r"Option (?P<name>.+?) does not take a value\.",
     "{name} 뒤에는 값을 적지 않습니다."),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<value>.*)\)",
     "알 수 없는 말이 더 있습니다: {value}"),
    (r"Missing command\.",
     "명령을 적어 주세요."),
)  # fmt: skip
"""Korean for each English sentence of Typer; the first pattern that matches."""


def explained(error: typer.TyperException) -> Text:
    """The error in one line; an unknown sentence stays as it is."""
    english = " ".join(error.format_message().split())
    for pattern, korean in _KOREAN:
        found = re.fullmatch(pattern, english)
        if found:
            return Text(korean.format(**found.groupdict()), english)
    return same(english)
