"""What a Dockerfile says: instructions, stages, the images that it names, and its faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from odd_dockerfiles import ODD

from advices.core import DockerfileInvalid, LabInvalid
from advices.lab import labfile, with_bases_apart, without_syntax
from advices.lab.dockerfile import parse_dockerfile, read_dockerfile

LABS = Path(__file__).parents[2] / "labs"


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


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("FROM python AS python\nUSER 1\n", {"docker-advices-base-0": "python"}),
        ("FROM a\nFROM docker.io/library/x:latest as X\n", {"docker-advices-base-1": "x"}),
        ("FROM x AS a\nFROM b AS x\nFROM x\n", {"docker-advices-base-0": "x"}),
        ("FROM python:3 AS python\nFROM python\n", {}),
    ],
)
def test_a_base_that_is_called_like_a_stage_gets_another_name(
    text: str, changed: dict[str, str]
) -> None:
    read = parse_dockerfile(text)
    handed, renamed = with_bases_apart(text, read)
    again = parse_dockerfile(handed)
    assert renamed == changed
    assert [renamed.get(one.base.name, one.base.name) for one in again.stages] == [
        one.base.name for one in read.stages
    ]
    assert [one.base.stage for one in again.stages] == [one.base.stage for one in read.stages]
    assert handed.count("\n") == text.count("\n")


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
    ("text", "images"),
    [
        ("FROM a:1\nRUN x\n", ("a:1",)),
        ("FROM a:1 AS one\nFROM b:1 AS two\nFROM one\n", ("a:1", "b:1")),
        ("FROM --platform=$BUILDPLATFORM a:1 AS one\n", ("a:1",)),
        ("FROM scratch\nCOPY . .\n", ()),
        ("from a:1 as one\nfrom one\n", ("a:1",)),
        ("FROM a:1\nFROM b:1\nFROM a:1\n", ("a:1", "b:1")),
        ("FROM a:1   AS\tone  \n\n  # FROM c:1\nFROM one\n", ("a:1",)),
        ("RUN echo FROM b:1\n", ()),
        ("", ()),
        # A name is a stage only from its own line on.
        ("FROM one\nFROM a:1 AS one\n", ("one", "a:1")),
        ("FROM a:1 AS Builder\nFROM builder\nFROM BUILDER\n", ("a:1",)),
        # A name that was given twice means the second.
        ("FROM a:1 AS x\nFROM b:1 AS x\nFROM x\n", ("a:1", "b:1")),
        ("FROM a:1 AS x\nFROM x AS x\nFROM x\n", ("a:1",)),
        ("FROM a:1 AS Scratch\nFROM scratch\n", ("a:1",)),
        ("FROM a:1\nCOPY --from=b:2 /x /x\n", ("a:1", "b:2")),
        ("FROM a:1\nCOPY --link --from=b:2 --chown=1 /x /x\n", ("a:1", "b:2")),
        ('FROM a:1\nCOPY --from="b:2" ["x", "/x"]\n', ("a:1", "b:2")),
        ("FROM a:1 AS x\nFROM c:3\nCOPY --from=X /x /x\nCOPY --from=0 /y /y\n", ("a:1", "c:3")),
        # A stage without a name is called stage-0 in logs, and by its number in a COPY only.
        ("FROM a:1\nFROM c:3\nCOPY --from=stage-0 /x /x\n", ("a:1", "c:3", "stage-0")),
        ("FROM a:1\nRUN --mount=type=bind,from=b:2,target=/b ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN --mount=from=b:2,target=/b ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN --mount=type=cache,target=/c \\\n --mount=From=b:2 ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN echo from=nobody --from=x\n", ("a:1",)),
        ("FROM a:1\nRUN <<EOF\nFROM b:2\nCOPY --from=c:3 / /\nEOF\n", ("a:1",)),
        (
            "FROM docker.io/library/python:3\nFROM python:3\nFROM docker.io/python:3\n",
            ("python:3",),
        ),
        ("FROM localhost:5000/a/b\n", ("localhost:5000/a/b",)),
        ("FROM \\\n  a:1 \\\n# FROM b:2\n  AS x\n", ("a:1",)),
        ("# escape=`\nFROM `\n a:1\n", ("a:1",)),
    ],
)
def test_the_images_that_are_named(text: str, images: tuple[str, ...]) -> None:
    assert parse_dockerfile(text).external_images == images


@pytest.mark.parametrize(
    ("text", "given", "image"),
    [
        ("ARG PY=3.14\nFROM python:${PY}-slim\n", {}, "python:3.14-slim"),
        ("ARG PY=3.14\nFROM python:$PY\n", {"PY": "3.14"}, "python:3.14"),
        ("ARG PY\nFROM python:$PY\n", {"PY": "3.14"}, "python:3.14"),
        ("ARG A=python\nARG B=${A}:3\nFROM $B\n", {}, "python:3"),
        ("ARG A=python B=:3\nFROM $A$B\n", {}, "python:3"),
        ("ARG A='python:3'\nFROM \"$A\"\n", {}, "python:3"),
        ("FROM python:${PY:-3.14}\n", {}, "python:3.14"),
        ("ARG PY\nFROM python:${PY:-3.14}\n", {"PY": ""}, "python:3.14"),
        ("ARG S\nFROM python:3${S:+-slim}\n", {}, "python:3"),
        ("ARG S\nFROM python:3${S:+-slim}\n", {"S": "1"}, "python:3-slim"),
        ("ARG V=v3.14\nFROM python:${V#v}\n", {}, "python:3.14"),
        # A stage that a variable names is a stage.
        ("ARG T=x\nFROM a:1 AS x\nFROM b:1 AS y\nFROM $T\n", {}, "a:1"),
        ("ARG T=x\nFROM a:1 AS x\nFROM b:1 AS y\nFROM $T\n", {"T": "y"}, "b:1"),
        # BuildKit knows the platform, and an ARG of a stage counts in that stage only.
        ("FROM a:1 AS on-linux\nFROM on-${TARGETOS}\n", {}, "a:1"),
        ("ARG V=1\nFROM b:1\nARG V=2\nFROM a:$V\n", {}, "a:1"),
    ],
)
def test_variables_in_from_have_values(text: str, given: dict[str, str], image: str) -> None:
    assert parse_dockerfile(text, given).final_base == image


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
    ("text", "base"),
    [
        ("FROM a:1\n", "a:1"),
        ("FROM a:1 AS x\nFROM b:2\nCOPY --from=x / /\n", "b:2"),
        ("FROM a:1\nFROM b:2 AS x\nFROM a:1\n", "a:1"),
        ("FROM a:1 AS x\nFROM b:2 AS y\nFROM X\n", "a:1"),
        ("FROM a:1 AS x\nFROM x AS y\nFROM y\n", "a:1"),
        ("FROM a:1 AS x\nFROM scratch\nCOPY --from=x / /\n", None),
        ("RUN id\n", None),
    ],
)
def test_the_base_of_an_image_is_the_root_of_its_last_stage(text: str, base: str | None) -> None:
    assert parse_dockerfile(text).final_base == base


def test_a_stage_has_its_base_as_written_and_as_found() -> None:
    first, last = parse_dockerfile(
        "ARG V=3\nFROM docker.io/python:${V} AS Build\nRUN  id\nFROM build\nUSER  1\n"
    ).stages
    assert (first.name, first.base_written, first.base.name) == (
        "Build",
        "docker.io/python:${V}",
        "python:3",
    )
    assert (last.number, last.title, last.base.stage, last.base.is_image) == (
        1,
        "stage-1",
        0,
        False,
    )
    assert (first.body, last.body) == ("RUN id", "USER 1")


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


@pytest.mark.parametrize("odd", ODD)
def test_odd_ones_name_their_images(odd: str) -> None:
    assert set(parse_dockerfile(ODD[odd]).external_images) <= {
        *("a:1", "python:3.14", "python:3.14-slim", "x:latest", "x"),
    }


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(ODD["CRLF"].encode("utf-8-sig"))
    read = read_dockerfile(tmp_path / "Dockerfile")
    assert [one.line for one in read.instructions] == of("CRLF")


@pytest.mark.parametrize("lab", labfile.all_of(LABS), ids=lambda lab: f"{lab.slug}-{lab.context}")
def test_every_lab_names_images_that_a_stand_in_can_stand_for(lab: labfile.Lab) -> None:
    known = {"python:3.14", "python:3.14-slim", "python:3.14-alpine", "postgres:17"}
    assert set(lab.from_names()) <= known
    assert all(lab.read(variant).stages for variant in lab.variants)
