"""What readers see is plain English: no word on the left of CONTRIBUTING's list, but in code."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
ROW = re.compile(r"^\| (?P<words>`[^|]+`) \| (?P<instead>[^|`]+) \|$", re.M)
# Fenced blocks, code in a sentence, calls of macros, tags with their attributes, targets of links.
CODE = re.compile(
    r"^[ \t]*(`{3,}|~{3,}).*?^[ \t]*\1|(`+)[^`].*?\2|\{\{.*?\}\}|\{[^{}\n]*\}|</?[A-Za-z][^<>]*>"
    r"|(?<=\])\([^()\s]*\)|https?://\S+",
    re.M | re.S,
)
SAID = {"title", "advice", "says", "task", "hint"}
IN_A_SCRIPT = re.compile(r"""(["'`])((?:(?!\1)[^\\\n]|\\.)* (?:(?!\1)[^\\\n]|\\.)*)\1""")


def listed() -> dict[str, str]:
    """Return each refused word with what to write instead."""
    _, _, section = CONTRIBUTING.read_text("utf-8").partition("### Words")
    table, _, _ = section.partition("\n## ")
    return {
        word: row["instead"]
        for row in ROW.finditer(table)
        for word in re.findall("`([^`]+)`", row["words"])
    }


WORDS = listed()
REFUSED = re.compile(
    "|".join(
        (r"\b" if word[0].isalpha() else "") + r"\s+".join(map(re.escape, word.split())) + r"\b"
        for word in WORDS
    ),
    re.I,
)


def found(text: str) -> list[str]:
    """Return the refused words of a text in Markdown, each with what to write instead."""
    prose = CODE.sub(" ", text)
    hits = (" ".join(hit[0].lower().split()) for hit in REFUSED.finditer(prose))
    return [f"`{hit}`: {WORDS[hit]}" for hit in hits]


def said(data: Any) -> Iterator[str]:
    """Yield what the data of a lab.toml or exercise.toml says to readers."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from said(value)
        elif key in SAID:
            yield value


def messages(source: str) -> Iterator[str]:
    """Yield the texts of a module that a reader may see: strings of several words, helps."""
    tree = ast.parse(source)
    # A string that is a statement documents what stands before or after it.
    helps = {id(node.body[0]) for node in ast.walk(tree) if is_command(node)}
    left_out = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and id(node) not in helps
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(part) for part in node.values}
            yield "".join(part.value if is_text(part) else "…" for part in node.values)
    for node in ast.walk(tree):
        if is_text(node) and id(node) not in left_out and " " in node.value:
            yield node.value


def is_text(node: ast.AST) -> TypeGuard[Any]:
    """Return whether a node is a string that is written out."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_command(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    """Return whether a function is a command, whose docstring is its help."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "command"
        for one in node.decorator_list
    )


def texts(file: Path) -> str:
    """Return what a file says to readers, as Markdown."""
    text = file.read_text("utf-8")
    if file == CONTRIBUTING:
        return ROW.sub("", text)
    if file.suffix == ".toml":
        return "\n\n".join(said(tomllib.loads(text)))
    if file.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    if file.suffix == ".py":
        return "\n\n".join(messages(text))
    if file.suffix == ".js":
        return "\n\n".join(hit[2].replace("`", "") for hit in IN_A_SCRIPT.finditer(text))
    return text


# docs/labs is written by a run, from notebooks and labs, which are looked at here.
FILES = [
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "chapters").glob("*.md"),
    *(ROOT / "docs" / "assets").glob("*.js"),
    ROOT / "README.md",
    ROOT / "PYPI.md",
    CONTRIBUTING,
    *(ROOT / "labs").rglob("lab.toml"),
    *(ROOT / "labs").rglob("exercise.toml"),
    *(ROOT / "labs").rglob("README.md"),
    *(ROOT / "notebooks").glob("*.ipynb"),
    *(ROOT / "src" / "advices").rglob("*.py"),
]


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda file: str(file.relative_to(ROOT)))
def test_what_readers_see_has_no_refused_word(file: Path) -> None:
    assert found(texts(file)) == [], "CONTRIBUTING.md, *Words*, says why"


def test_every_kind_of_file_is_looked_at() -> None:
    assert {file.suffix for file in FILES} == {".md", ".js", ".toml", ".ipynb", ".py"}
    assert len(WORDS) > 30


@pytest.mark.parametrize("word", WORDS)
def test_each_listed_word_is_found_in_prose_and_not_in_code(word: str) -> None:
    assert found(f"So it{word if word[0] == ',' else f' {word}'} was.")
    assert not found(f"Type `so {word} it` or\n\n```sh\nso {word} it\n```\n")


def test_a_word_is_found_across_lines_in_capitals_and_whatever_says_it() -> None:
    assert found("It is to be\nhad.") == ["`to be had`: available"]
    assert found("Mend it.") == ["`mend`: fix"]
    assert found("An amendment, besides.") == []
    assert found("\n".join(messages('fail(f"mend {what}", "x", why="it lies in the way")'))) == [
        "`mend`: fix",
        "`lies in`: is in, is below",
    ]
    command = (
        '@app.command()\ndef run():\n    """Measure anew."""\n\ndef f():\n    """Anew it."""\n'
    )
    assert found("\n".join(messages(command))) == ["`anew`: again"]
    assert found("\n".join(said({"claims": [{"says": "Whoever it is.", "id": "anew"}]}))) == [
        "`whoever`: anyone who, if you"
    ]
    assert [hit[2] for hit in IN_A_SCRIPT.finditer('say("Read anew"); a = "b";')] == ["Read anew"]
