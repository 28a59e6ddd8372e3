"""Write what the code makes: settings.md, command-line.md, json.md in docs/, and tokens.css.

python scripts/write_docs.py            # write them
python scripts/write_docs.py --check    # exit code 1 if they are not as they would be written
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

os.environ["TELADS_LANG"] = "en"  # help is in the language that is known when it is imported
sys.argv[1:] = [word for word in sys.argv[1:] if word == "--check"]

import typer  # noqa: E402

from telads.answers import questions  # noqa: E402
from telads.answers.fields import FACTS, Field, Key  # noqa: E402
from telads.cli import app  # noqa: E402
from telads.dataset import in_force  # noqa: E402
from telads.planning import schema as planning  # noqa: E402
from telads.planning.fields import PARTS  # noqa: E402
from telads.render.svg.theme import stylesheet  # noqa: E402
from telads.settings import SETTINGS  # noqa: E402

if TYPE_CHECKING:
    from typer.core import TyperGroup

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STYLE = ROOT / "src/telads/web/static/telads/tokens.css"
MADE = "<!-- Made by scripts/write_docs.py; edit the code instead. -->\n\n"
SHARED = ("--workspace", "--format", "--lang", "--help")
"""Options that are explained once, for all verbs that have them."""


def settings_page() -> str:
    """A table of all settings."""
    lines = [
        "# Settings", "",
        MADE.strip(), "",
        "Read from the environment, else from a file `.env` in the folder telads is started in.",
        "An empty value means unset. `telads doctor` prints the values in force; every command",
        "warns of a variable that begins with `TELADS_` and is not a setting.",
        "`DATABASE_URL`, which hosting services set, is used if `TELADS_DATABASE_URL` is empty.",
        "Without `TELADS_LANG` the command line is Korean if the locale is (`LC_ALL`,",
        "`LC_MESSAGES`, `LANG`), or if `LANGUAGE` names `ko` before `en`. As in GNU programs,",
        "`LANGUAGE` is ignored if the locale is `C`, `C.UTF-8` or none, which means English.",
        "`TELADS_FONT_DIR`, in the environment only, names a folder with a Korean font for",
        "pictures and PDF; by default they use Noto Sans KR, which is installed with telads.",
        "`TELADS_FLOOR` and `TELADS_FORECAST_PHI` take effect with the next `telads build`; until",
        "then `telads status` reports them.", "",
        "| variable | default | meaning |", "|---|---|---|",
        *(f"| `{setting.variable}` | {_code(setting.default)} | {setting.text.en} |"
          for setting in SETTINGS),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def command_line_page() -> str:
    """Every verb with its arguments and options, from the help of the program itself."""
    group = cast("TyperGroup", typer.main.get_command(app()))
    lines = [
        "# Command line", "",
        MADE.strip(), "",
        f"{group.help}", "",
        "Exit codes: 0 success; 2 usage error (an option, a choice, a setting); 1 any other error.",
        "An error is one line on standard error; `telads --debug VERB ...` shows its origin.",
        "`telads` is in `bin` of the environment it was installed into (`.venv/bin/telads`);",
        "`python -m telads` there is the same. Output is in Korean if the locale is, else in",
        "English; `--lang ko` and `TELADS_LANG=ko` choose ([settings](settings.md)). Shell",
        "completion: `telads --install-completion`.", "",
        "Most commands also take:", "",
        *_table(_shared(group)),
    ]  # fmt: skip
    for name, command in _verbs(group):
        lines += ["", f"## telads {name}", "", str(command.help), "", *_usage(name, command)]
    return "\n".join(lines) + "\n"


def json_page() -> str:
    """The JSON contract: the document, then the keys of a row for each question."""
    told: list[Mapping[str, Field | Key]] = []
    lines = [
        "# JSON", "",
        MADE.strip(), "",
        "`telads VERB --format json`, `Answer.json()` in Python and `/api/v1/` give the same",
        f"document, to the byte. This is version {questions.CONTRACT} of it (`contract`). Keys are",
        "never removed or given another meaning within a version; a change that can break a reader",
        "makes it another one. `telads.answers.questions.schema(question)` is the JSON Schema;",
        "the tests hold every answer to it. Numbers that are not known are `null`. Texts are in",
        "the language asked for, names of districts are always the Korean ones. Audiences and",
        "plans (`telads audience`, `plan`, `replan`) have the same form; their schema is",
        "`telads.planning.schema.schema(question)`. The saved plan is described in",
        "[planning.md](planning.md).", "",
        "Sizes are sums of sizes of segments, which are rounded to 10; they weigh every mean.",
        "Figures have at most four significant digits, affinities and associations three decimals;",
        "a figure known for fewer people than the floor is `null` ([method.md](method.md)).", "",
        "## The document", "",
        "| key | |", "|---|---|",
        *(f"| `{name}` | {text('en')} |" for name, text in questions.DOCUMENT.items()), "",
        "A list that was asked for in pages (`limit`, `offset`; over the network only, there",
        "`segments` always) also has `page`, with `limit`, `offset`, `total` and `next`, the",
        "address of the next page.", "",
        "## Facts", "",
        "Each question has those that fit it.", "",
        *_keys(FACTS), "",
        "## Errors over the network", "",
        "`application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `instance`,",
        "then `code`, `advice` and the subject of the error (`value`, `parameter`, `file`, `row`,",
        "`column`; `rule` is the place in a brief or in rules). The codes are listed at",
        "`/api/v1/docs`. Each address accepts the parameters that",
        "`/api/v1/openapi.json` lists for it, a picture those that it uses, and checks",
        "every one: 422 for a value that cannot be read or a parameter that is not listed, 404",
        "for an unknown name. Values in the schema are answered, except as the",
        "address documents: a month or district that the build does not hold (404), a group too",
        "small to be shown (404), an index service by a sum of use (400).", "",
        "`POST /api/v1/audience` and `POST /api/v1/plan` read the same JSON files as the",
        "command line ([planning.md](planning.md)): 415 for another `Content-Type`, 413 for",
        "a body that is too long, 400 if it is not JSON or not a brief.", "",
        "## A picture", "",
        "`telads chart NAME -o x.json`, `/api/v1/charts/NAME.json` and `Drawing.as_dict()` in",
        "Python: what a picture says and shows, without the drawing. `chart`, `lang`,",
        "`synthetic`; `title`, the finding; `subtitle`, what it rests on, and `notes`, the same",
        "in parts; `unit` of what is drawn (empty where each row has its own); `rows`, the",
        "figures that it shows, `null` for what is not known:", "",
        "| picture | a row |", "|---|---|",
        "| population | `sex`, `age`, `population` |",
        "| choropleth | `district`, `value` |",
        "| correlation | `month`, `age`, `service_a`, `service_b`, `correlation`, `n_cells` |",
        "| monthly | `month`, `service`, `value`, `unit`; with a choice of people also `group` |",
        "| ranking | as in [services](#services); with a service, [platforms](#platforms) |",
        "| targets | as in [targets](#targets) |",
        "| neighbourhoods | `district`, `code`, `neighbourhood`, `population`, `affinity`, "
        "`affinity_low`, `affinity_high`, `index`, `index_low`, `index_high` |", "",
        "## Rows",
    ]  # fmt: skip
    for question in questions.variants():
        lines += ["", f"### {question}", "", *_row(question)]
    lines += ["", "## Planning", "", "Money is whole won. Facts are those of the question, and no"
              " others."]  # fmt: skip
    for question in planning.QUESTIONS:
        lines += ["", f"### {question.id}", "", *_keys(question.fields())]
        if (facts := planning.FACTS_OF[question.id]) not in told:
            lines += ["", "Facts:", "", *_keys(facts)]
            told.append(facts)
        else:
            lines += ["", "Facts: as `plan_platforms`."]
    lines += ["", "### Parts of segments", "",
              "Where rules divide segments, rows of " + ", ".join(
                  f"`{one.id}`" for one in planning.QUESTIONS if "parts" in one.variants)
              + " also have:", "",
              *_keys({one.key: one for one in PARTS})]  # fmt: skip
    return "\n".join(lines) + "\n"


def _keys(fields: Mapping[str, Field | Key]) -> list[str]:
    return ["| key | kind | | example |", "|---|---|---|---|",
            *(_key(name, one) for name, one in fields.items())]  # fmt: skip


def _row(name: str) -> list[str]:
    question, variant = questions.question_of(name)
    fields = question.fields()
    if variant:
        fields = {one.key: one for one in question.variants[variant]}
    told = [f"As `{question.id}`, and:", ""] if variant else []
    table = _keys(fields)
    if question.open:
        table += ["", "And for each measure (see `measures`) its mean over people and, as",
                  "`MEASURE__coverage`, the share of people the mean speaks for."]  # fmt: skip
    return [*told, *table]


def _key(name: str, field: Field | Key) -> str:
    schema, shown = in_force().described([field.schema, field.example])
    example = json.dumps(shown, ensure_ascii=False)
    return f"| `{name}` | {_written(schema)} | {field.meaning('en')} | `{example}` |"


def _written(schema: dict[str, Any]) -> str:
    """A kind in words: `number or null`, `list of string`."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = ["list" if kind == "array" else kind for kind in kinds]
    return " or ".join(words)


def _verbs(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by its whole name."""
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _verbs(command, f"{name} ")
        else:
            yield before + name, command


def _shared(group: Any) -> list[Any]:
    found: dict[str, Any] = {}
    for _, command in _verbs(group):
        for option in command.params:
            if option.opts[0] in SHARED:
                found.setdefault(option.opts[0], option)
    return [found[name] for name in SHARED if name in found]


def _usage(name: str, command: Any) -> list[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    own = [option for option in options if option.opts[0] not in SHARED]
    places = " ".join(_place(argument) for argument in arguments)
    needed = " ".join(f"{option.opts[0]} {_kind(option)}" for option in own if option.required)
    more = "[OPTIONS]" if len(options) > sum(option.required for option in own) else ""
    words = " ".join(word for word in ("telads", name, places, needed, more) if word)
    return ["```", words, "```", *([""] if arguments or own else []), *_table([*arguments, *own])]


def _place(argument: Any) -> str:
    word = str(argument.name).upper() + ("..." if argument.nargs == -1 else "")
    return word if argument.required else f"[{word}]"


def _table(parameters: list[Any]) -> list[str]:
    if not parameters:
        return []
    rows = [
        f"| {_names(one)} | {_escaped(one.help or '')} | {_default(one)} |" for one in parameters
    ]
    return ["| | | default |", "|---|---|---|", *rows]


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_place(parameter)}`"
    kind = "" if parameter.is_flag else f" {_kind(parameter)}"
    return ", ".join(f"`{_escaped(f'{name}{kind}')}`" for name in parameter.opts)


def _kind(option: Any) -> str:
    choices = getattr(option.type, "choices", None)
    if choices:
        return "|".join(str(getattr(choice, "value", choice)) for choice in choices)
    return {"integer": "N", "float": "X"}.get(option.type.name, str(option.name).upper())


def _default(parameter: Any) -> str:
    if parameter.required:
        return "needed"
    value = parameter.default
    if value is None or value is False or value == () or parameter.opts[0] == "--lang":
        return ""
    return _code(str(getattr(value, "value", value)))


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")


PAGES = {"settings.md": settings_page, "command-line.md": command_line_page, "json.md": json_page}


def main() -> None:
    """Write the files, or say which are not up to date."""
    made = {STYLE: stylesheet(), **{DOCS / name: page() for name, page in PAGES.items()}}
    if "--check" not in sys.argv:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return
    stale = [
        path for path, text in made.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]  # fmt: skip
    for path in stale:
        sys.stderr.write(f"{path} is not up to date: run python scripts/write_docs.py\n")
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
