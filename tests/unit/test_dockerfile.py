"""What a Dockerfile says: its instructions in one spelling, its escape and frontend, its faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from odd_dockerfiles import ODD

from advices.core import DockerfileInvalid, LabInvalid
from advices.lab import without_syntax
from advices.lab.dockerfile import parse_dockerfile, read_dockerfile


def of(odd: str) -> list[str]:
    """Return the lines of an odd Dockerfile's instructions."""
    return [one.line for one in parse_dockerfile(ODD[odd]).instructions]


@pytest.mark.parametrize(
    ("odd", "line"),
    [
        ("lower case", "COPY --from=build /a /b"),
        ("CRLF", "RUN one && two"),
        ("CRLF with a heredoc", "RUN <<EOF; FROM nobody:1; RUN rm -r /; USER root"),
        ("byte order mark before a directive", "RUN a b"),
        ("comments in a continued line", "RUN one && two"),
        ("JSON forms", 'RUN ["pip", "install", "x y"]'),
        ("JSON forms", 'CMD ["a", "b\\"c"]'),
        ("JSON that is none", "CMD [ 'a', 'b' ]"),
        ("JSON over lines", 'CMD ["a", "b"]'),
        ("JSON copies", 'COPY ["a b", "/c d"]'),
        ("JSON copies", "ADD x /"),
        ("health checks", 'HEALTHCHECK CMD ["a", "b"]'),
        ("health checks", "HEALTHCHECK --interval=5s --retries=3 CMD curl -f x || exit 1"),
        ("several names in one ENV", "ENV A=1 B=\"two words\" C='x=y' D=a\\ b"),
        ("ENV without the equals sign", "ENV TZ Europe/Helsinki PYTHONUNBUFFERED=1"),
        ("heredoc with a continued line", "RUN <<EOF; FROM b:2"),
        ("what comes later", "ONBUILD copy --chown=1 . ."),
        ("shifts with spaces", "RUN echo $((1 << 2)) $((1<< 2))"),
        ("shifts with spaces", "RUN <<A; 1 << 2"),
        ("heredoc for a later build", "ONBUILD RUN <<EOF"),
        ("heredoc for a later build", "USER 1"),
    ],
)
def test_an_instruction_is_one_line_in_one_spelling(odd: str, line: str) -> None:
    assert line in of(odd)


def test_what_a_heredoc_becomes_is_indented_below_its_copy() -> None:
    read = parse_dockerfile(ODD["heredoc of a copy"])
    assert read.stages[0].body.splitlines() == [
        "COPY --chmod=755 <<'EOF' /x",
        "    FROM nobody:1",
        "    RUN rm -r /",
        "    USER root",
        "USER 1",
    ]
    assert read.instructions[1].line == "COPY --chmod=755 <<'EOF' /x"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ENV A=1 B=\"x y\" C='p=q' D=a\\ b", {"A": "1", "B": "x y", "C": "p=q", "D": "a b"}),
        ("ENV PATH=/v/bin:$PATH", {"PATH": "/v/bin:$PATH"}),
        ("ENV TZ Europe/Helsinki B=1", {"TZ": "Europe/Helsinki B=1"}),
        ('LABEL a.b="c d" e=', {"a.b": "c d", "e": ""}),
        ("ARG A B= C='d'", {"A": None, "B": "", "C": "d"}),
        ("USER a=b", {}),
    ],
)
def test_names_and_values(text: str, pairs: dict[str, str | None]) -> None:
    (found,) = parse_dockerfile(text).instructions
    assert dict(found.pairs) == pairs


def test_flags_and_mounts() -> None:
    copy = parse_dockerfile(ODD["flags"]).instructions[2]
    assert copy.flag("exclude") == ("*.md", "x")
    assert (copy.flag("from"), copy.flag("chmod"), copy.flag("fro")) == (("b",), ("0644",), ())
    first, second = parse_dockerfile(ODD["mounts"]).instructions[2:]
    assert first.mounts()[1] == {"type": "bind", "from": "b", "source": "/w", "target": "/w"}
    assert second.mounts() == ({"type": "bind", "from": "b", "target": "/with a space"},)


def test_a_space_before_the_word_of_a_heredoc_is_read_as_newer_builders_do() -> None:
    run, user = parse_dockerfile("RUN << EOF\nFROM b\nEOF\nUSER 1\n").instructions
    assert (run.line, user.line) == ("RUN << EOF; FROM b", "USER 1")


@pytest.mark.parametrize(
    ("text", "handed"),
    [
        ("# syntax=x\nFROM a\n", "#\nFROM a\n"),
        ("# syntax = x\r\n# escape=`\r\nFROM a `\r\n", "# escape=`\r\n#\nFROM a `\r\n"),
        ("# check=skip=all\n#SYNTAX=x\n\nFROM a\n", "# check=skip=all\n#\n\nFROM a\n"),
        ("\ufeff# syntax=x\nFROM a", "\ufeff#\nFROM a"),
        ("#!/x\n# syntax=x\nFROM a\n", "#!/x\n#\nFROM a\n"),
        ("FROM a\n# syntax=x\n", "FROM a\n# syntax=x\n"),
        ("# a\x0bb\n# syntax=x\nFROM a\n", "# a\x0bb\n# syntax=x\nFROM a\n"),
    ],
)
def test_without_its_frontend_every_line_stays_where_it_is(text: str, handed: str) -> None:
    assert without_syntax(text) == handed
    assert parse_dockerfile(handed).syntax == ""
    before, after = parse_dockerfile(text), parse_dockerfile(handed)
    assert (before.instructions, before.escape) == (after.instructions, after.escape)


def test_what_stands_behind_a_program_line_asks_for_a_frontend_only() -> None:
    read = parse_dockerfile("#!/bin/x\n# syntax=a\n# escape=`\nFROM a \\\n AS b\n")
    assert (read.syntax, read.escape, read.stages[0].name) == ("a", "\\", "b")


@pytest.mark.parametrize("text", ["", "\n# x\n", "ARG A=1\n", "RUN id\n"])
def test_a_file_without_from_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(DockerfileInvalid, match="Dockerfile has no FROM"):
        read_dockerfile(tmp_path / "Dockerfile")


def test_the_escape_and_the_frontend_are_known() -> None:
    read = parse_dockerfile(ODD["syntax"])
    assert (read.syntax, read.escape) == ("docker/dockerfile:1", "`")
    plain = parse_dockerfile("FROM a:1\n# syntax=docker/dockerfile:1\n")
    assert (plain.syntax, plain.escape) == ("", "\\")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("FROM a:1\nFOO bar\n", 2, "unknown instruction: FOO"),
        ("FROM a:1\n\n# x\nRUN <<EOF\nid\n", 4, "unterminated heredoc"),
        ("FROM a:1\nENV A\n", 2, "ENV must have two arguments"),
        ("FROM a:1\nENV A=1 B\n", 2, "can't find = in"),
        ('FROM a:1\nENV A="x\n', 2, "double-quote"),
        ("FROM a:1\nCMD [1]\n", 2, "Only strings"),
        ("# escape=x\nFROM a:1\n", 1, "invalid escape token"),
        ("F\0R\0O\0M\0\n", 1, "unknown instruction"),
        ("FROM\n", 1, "FROM takes an image"),
        ("FROM a:1 b\n", 1, "FROM takes an image"),
        ("FROM a:1 AS b c\n", 1, "FROM takes an image"),
        ("FROM a:1 AS 1x\n", 1, "`1x` is not a valid name for a stage"),
        ("FROM Python:3\n", 1, "`Python:3` is not an image name"),
        ("ARG X=\nFROM a:$X\n", 2, "`a:` is not an image name"),
        ("FROM a:1\nFROM ${X:-}\n", 2, "`` is not an image name"),
        ("ARG A\n\nFROM a:${A}\n", 3, "`A` has no value"),
        ("FROM b:1\nARG A=1\nFROM \\\n a:$A\n", 3, "`A` has no value"),
        ("FROM ${A:-$B}\n", 1, "`B` has no value"),
        ("FROM ${A\n", 1, "missing '}'"),
        ("FROM a:1\nARG T=1\nCOPY --from=b:$T / /\n", 3, "`from` may not contain a variable"),
        ("FROM a:1\nRUN --mount=from=$T,target=/t ls\n", 2, "`from` may not contain a variable"),
        ("FROM a:1 AS x\nCOPY --from=X / /\n", 2, "the stage `X` is not finished here"),
        ("FROM a:1\nRUN --mount=from=y ls\nFROM b:1 AS y\n", 2, "`y` is not finished here"),
        ("FROM a:1\nCOPY --from=0 / /\n", 2, "there is no stage 0 before it"),
        ("FROM a:1\nFROM a:1\nRUN --mount=from=0 ls\n", 3, "a mount names a stage by its name"),
    ],
)
def test_a_fault_is_one_error_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(DockerfileInvalid) as raised:
        parse_dockerfile(text, called="mine")
    assert raised.value.what.startswith(f"mine, line {line}: ")
    assert says in raised.value.what
    assert "\n" not in raised.value.what


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("FROM a:1\n".encode("utf-16"), "it is UTF-16 text"),
        ("FROM a:1\n".encode("utf-16-be"), "it contains zero bytes"),
        (b"FROM a:1\nRUN echo \xe9\n", "can't decode byte"),
        (None, "No such file"),
    ],
)
def test_what_is_no_text_is_told_in_one_message(
    content: bytes | None, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "Dockerfile"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LabInvalid, match="Dockerfile cannot be read: ") as raised:
        read_dockerfile(file)
    assert says in raised.value.what


@pytest.mark.parametrize("text", ["", "# FROM x\n", "ARG X=1\n", "ARG X\nRUN id\n"])
def test_a_file_without_a_from_never_reaches_a_builder(text: str, tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(text)
    with pytest.raises(DockerfileInvalid, match="Dockerfile has no FROM") as raised:
        read_dockerfile(file)
    assert raised.value.next_step


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(ODD["CRLF"].encode("utf-8-sig"))
    read = read_dockerfile(tmp_path / "Dockerfile")
    assert [one.line for one in read.instructions] == of("CRLF")
