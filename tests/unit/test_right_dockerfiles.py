"""Every Dockerfile that the site presents as right has a user by number, and leaves code to root.

Files that are wrong on purpose are left alone: `bad`, traps, what an exercise starts with, and the
steps on the way from bad to good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from advices.lab import Dockerfile, View, context_files, labfile, parse_dockerfile, read_dockerfile
from advices.lab.signs import Sign

LABS = Path(__file__).parents[2] / "labs"
# A number for user and group, neither of them root's.
BY_NUMBER = re.compile(r"[1-9]\d*:[1-9]\d*")


def presented() -> Iterator[tuple[str, Dockerfile, tuple[str, ...], tuple[str, ...]]]:
    """Yield each right Dockerfile: its name, what it says, its targets, the project's files."""
    for lab in labfile.all_of(LABS):
        code = tuple(one.relative_to(lab.context).as_posix() for one in context_files(lab.context))
        for name, variant in lab.variants.items():
            if name != "bad" and not (variant.trap or variant.on_the_way):
                called = lab.dockerfile(name).relative_to(LABS).as_posix()
                yield called, lab.read(name), variant.targets, code
    for file in sorted((LABS / "scanners").glob("*.Dockerfile")):
        yield file.relative_to(LABS).as_posix(), read_dockerfile(file), (), ()


def faults(dockerfile: Dockerfile, targets: tuple[str, ...], code: tuple[str, ...]) -> list[str]:
    """Return what is wrong with the user and the owner of each image that a Dockerfile ships."""
    found = []
    for number in View(dockerfile, targets).shipping:
        image = View(replace(dockerfile, stages=dockerfile.stages[: number + 1]))
        if not BY_NUMBER.fullmatch(image.user):
            found.append(f"USER is `{image.user}`, not a number for user and group")
        found += [
            f"{one.instruction.line}: code gets another owner"
            for one in image.shipped
            if one.name in ("COPY", "ADD") and one.instruction.flag("chown")
        ]
        found += [
            f"a RUN gives {file} away"
            for file in code
            if Sign.model_validate({"grants": {"file": file, "by": "RUN"}}).shown(image)
        ]
    return found


@pytest.mark.parametrize(
    ("dockerfile", "targets", "code"), [pytest.param(*rest, id=name) for name, *rest in presented()]
)
def test_a_right_dockerfile_has_a_user_by_number_and_code_that_is_roots(
    dockerfile: Dockerfile, targets: tuple[str, ...], code: tuple[str, ...]
) -> None:
    assert faults(dockerfile, targets, code) == []


def test_all_kinds_are_looked_at() -> None:
    names = {name for name, *_ in presented()}
    assert len([name for name in names if name.endswith("/good.Dockerfile")]) >= 10
    assert len([name for name in names if name.endswith("/solution.Dockerfile")]) >= 10
    assert {"build-cache/cache-mount.Dockerfile", "scanners/wapiti.Dockerfile"} <= names
    assert not any("bad.Dockerfile" in name for name in names)


RIGHT = "FROM x AS web\nWORKDIR /app\nCOPY . .\nUSER 10001:10001\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (RIGHT, 0),
        (RIGHT.replace("10001:10001", "10001"), 1),
        (RIGHT.replace("10001:10001", "10001:0"), 1),
        (RIGHT.replace("10001:10001", "app"), 1),
        (RIGHT.replace("USER 10001:10001\n", ""), 1),
        (RIGHT.replace("COPY", "COPY --chown=10001:10001"), 1),
        (RIGHT.replace("COPY", "copy --chown=app"), 1),
        (RIGHT.replace("USER", "RUN chown -R 10001 /app\nUSER"), 1),
        (RIGHT.replace("USER", "RUN chown 10001 /app/a.py\nUSER"), 1),
        (RIGHT.replace("USER", "RUN chmod -R a+w .\nUSER"), 1),
        # A folder for what the program writes may be the user's.
        (RIGHT.replace("USER", "RUN install -d -o 10001 -g 10001 /app/data\nUSER"), 0),
        # Each image counts, not only the last.
        (RIGHT.replace("10001:10001", "1000") + "FROM x\nUSER 10001:10001\n", 1),
    ],
)
def test_the_check_sees_each_fault(text: str, wrong: int) -> None:
    assert len(faults(parse_dockerfile(text), ("web",), ("a.py",))) == wrong
