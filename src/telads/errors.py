"""Every error the product raises on purpose.

    TeladsError
    ├── DataError            an input file or log that cannot be taken in
    │   └── OtherFile            a file of another kind, which may well lie beside those that can
    ├── QuestionError        a question that has no answer as it was asked
    │   ├── UnknownChoice        no such district, service, month, method ...
    │   ├── AudienceTooSmall     fewer people than the privacy floor
    │   └── IndexRefused         a ratio or a sum of a standardised index was asked for
    ├── WorkspaceError       the workspace cannot be used
    │   ├── NothingBuilt         there is no build to answer from yet
    │   ├── WorkspaceBusy        another process holds the lock
    │   ├── WorkspaceDamaged     a file of the workspace is missing or unreadable
    │   └── NewerVersion         a newer version of telads wrote the workspace or its database
    ├── SettingError         a setting has a value it cannot have
    ├── DatasetError         the definition of a dataset has faults
    └── AddressUnusable      the website cannot listen on this address and port

An error carries facts; each interface shows them in its own way. `line(lang)` is the one-line form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from telads.text import Lang, Text, typed
from telads.version import __version__

_ALIKE = 0.7
"""Similarity (of 1) from which a name counts as a misspelling of another."""
_LABELS = {
    "file": Text("파일", "file"),
    "sheet": Text("시트", "sheet"),
    "row": Text("행", "row"),
    "key": Text("키", "key"),
    "column": Text("열", "column"),
    "value": Text("값", "value"),
    "rule": Text("규칙", "rule"),
    "limit": Text("한도", "limit"),
    "reason": Text("이유", "reason"),
}


def with_extra(name: str) -> Text:
    """How to install an optional dependency group of pyproject.toml: telads is on no index."""
    command = f"pip install -e '.[{name}]'"
    return Text(f"telads 폴더에서 {command}로 설치해 주세요.",
                f"Install it in the folder of telads: {command}.")  # fmt: skip


def install_newer(version: object = None) -> Text:
    """Advice for data that a newer version of telads wrote, with that version if known."""
    ko, en = "더 새로운 telads를", "the newer telads"
    if isinstance(version, str) and version:
        ko, en = f"telads {version} 이상을", f"telads {version} or later"
    return Text(f"{ko} 설치해 주세요. 지금 버전은 {__version__}이며, 아무것도 바꾸지 않았습니다.",
                f"Install {en}; this is {__version__}, and nothing was changed.")  # fmt: skip


class TeladsError(Exception):
    """A message, its facts, and advice.

    `facts` holds any of file, row (1-based, as a spreadsheet shows it), column and value.
    """

    code = "error"

    def __init__(self, message: Text, advice: Text | None = None, **facts: object) -> None:
        super().__init__(message.en)
        self.message = message
        self.advice = advice
        self.facts = {key: fact for key, fact in facts.items() if fact is not None}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the parts it is made of, with what was added to it."""
        return (_remade, (type(self), self.message, self.advice, self.facts), self.__dict__)

    def line(self, lang: Lang) -> str:
        """The whole error in one line: message (facts). Advice."""
        facts = ", ".join(
            f"{_LABELS[key](lang) if key in _LABELS else key} {_seen(fact, lang)}"
            for key, fact in self.facts.items()
        )
        parts = [self.message(lang) + (f" ({facts})" if facts else "")]
        if self.advice:
            parts.append(self.advice(lang))
        return " ".join(parts).replace("\n", " ")

    def problem(self, lang: Lang) -> dict[str, object]:
        """The error as a JSON object: error, message, advice and the facts, numbers as numbers."""
        return {
            "error": self.code,
            "message": self.message(lang),
            "advice": self.advice(lang) if self.advice else None,
            **{
                key: fact if isinstance(fact, int | float) else str(fact)
                for key, fact in self.facts.items()
            },
        }

    def __str__(self) -> str:
        return self.line("en")


def _seen(fact: object, lang: Lang) -> object:
    """A fact in a sentence; invisible characters and empty texts are named."""
    text = str(fact)
    if not text.strip():
        return Text("비어 있음", "empty")(lang)
    hidden = dict.fromkeys(f"U+{ord(one):04X}" for one in text if unicodedata.category(one) == "Cf")
    return f"{text} [{' '.join(hidden)}]" if hidden else fact


def _remade(
    kind: type[TeladsError], message: Text, advice: Text | None, facts: dict[str, object]
) -> TeladsError:
    return kind(message, advice, **facts)


def choose(name: object, names: Iterable[Text]) -> Text:
    """Advice for an unknown name: the nearest one, and all that exist."""
    known = list(dict.fromkeys(names))
    near = meant(name, known)
    return Text(
        f"{near.ko}다음 중에서 골라 주세요: {', '.join(one.ko for one in known)}.",
        f"{near.en}Choose one of: {', '.join(one.en for one in known)}.",
    )


def meant(name: object, known: Iterable[Text]) -> Text:
    """The question whether the nearest name was meant, with a trailing space; empty without one."""
    from difflib import get_close_matches

    spelt = {_letters(word): one for one in known for word in one}
    found = get_close_matches(_letters(name), spelt, n=1, cutoff=_ALIKE)
    if not found:
        return Text("", "")
    near = spelt[found[0]]
    return Text(f"찾으시는 것이 {near.ko}인가요? ", f"Did you mean {near.en}? ")


def _letters(word: object) -> str:
    """A name in decomposed letters: 강 and 깅 differ in one of three."""
    return unicodedata.normalize("NFD", typed(word))


class DataError(TeladsError):
    """An input file or log that cannot be taken in; nothing of it was kept."""

    code = "bad-data"


class OtherFile(DataError):
    """A file known to be something other than data, or data of another kind."""

    code = "other-file"


class QuestionError(TeladsError):
    """A question that has no answer as it was asked; of several errors the first is raised."""

    code = "bad-question"
    also: tuple[QuestionError, ...] = ()
    """The other errors of what was read."""


class UnknownChoice(QuestionError):
    """No such district, service, month, method or option."""

    code = "unknown-choice"


class AudienceTooSmall(QuestionError):
    """The audience has fewer people than the privacy floor allows to be shown."""

    code = "audience-too-small"


class IndexRefused(QuestionError):
    """A ratio or a sum of a measure that is published only as a standardised index."""

    code = "index-refused"


class WorkspaceError(TeladsError):
    """The workspace cannot be used."""

    code = "workspace"


class NothingBuilt(WorkspaceError):
    """There is no build to answer from yet."""

    code = "nothing-built"


class WorkspaceBusy(WorkspaceError):
    """Another process is writing to the workspace."""

    code = "workspace-busy"


class WorkspaceDamaged(WorkspaceError):
    """A file of the workspace is missing or unreadable."""

    code = "workspace-damaged"


class NewerVersion(WorkspaceError):
    """A newer version of telads wrote the workspace or its database; this one cannot read it."""

    code = "newer-version"


class SettingError(TeladsError):
    """A setting has a value it cannot have."""

    code = "bad-setting"


class DatasetError(TeladsError):
    """The definition of a dataset has faults: all are in `faults`, the message is the first."""

    code = "bad-dataset"
    faults: tuple[object, ...] = ()


class AddressUnusable(TeladsError):
    """The website cannot listen on its address: the port is taken, or not permitted."""

    code = "address-unusable"
