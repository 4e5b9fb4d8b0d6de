"""What a smaller base lacks is installed, with the package that the full base has it from."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

import json
from dataclasses import replace

import factory
import fake_bench
import pytest
from audit_corpus import source
from audit_world import ROOT, World, read, world
from container_programs import Program, printed
from layer_tars import file, layer_tar

from advices import audit
from advices.audit import How
from advices.audit.how import ALONE
from advices.audit.lacking import owners_of
from advices.audit.remedies import REMEDIES, together
from advices.core import Layout, StepFailed
from advices.engine import Start

ASKED = """\
diversion by dash from: /bin/sh
libpq5:amd64: /usr/lib/x86_64-linux-gnu/libpq.so.5
libpq5:amd64, libpq5:i386: /usr/lib/libpq.so.5
mytop:amd64: /opt/other.so.1
; rm: /usr/lib/libevil.so.1
"""


def test_the_package_of_a_library_is_the_one_that_dpkg_names() -> None:
    assert owners_of(ASKED, ["libpq.so.5", "libevil.so.1", "libno.so"]) == {"libpq.so.5": "libpq5"}


@pytest.mark.parametrize("name", ["plain", "crlf", "lower-case", "arg-in-from", "byte-order-mark"])
@pytest.mark.parametrize("remedy", ["slim", "stages"])
def test_what_lacks_a_library_installs_its_package(name: str, remedy: str) -> None:
    (one,) = (one for one in REMEDIES if one.name == remedy)
    if one.apply(source(name)) is None:
        return
    found = replace(source(name), packages=("libpq5", "libmagic1"))
    change = one.apply(found)
    assert change is not None
    new = replace(found, text=change.dockerfile)
    (install,) = (step for step in new.view.shipped if "libmagic1" in step.instruction.line)
    assert "install --yes --no-install-recommends libpq5 libmagic1 &&" in install.instruction.line
    assert "`libpq5`, `libmagic1`" in change.says
    assert one.apply(new) is None


def test_what_is_installed_for_the_container_already_is_not_again() -> None:
    found = replace(source("compilers-lower"), packages=("libpq5",))
    text = together(found, [one for one in REMEDIES if one.name == "stages"]).dockerfile
    last = text.rpartition("from ")[2]
    assert last.count("libpq5") == 1


class Lacks:
    """A world whose slim images lack a library until its package is installed."""

    def __init__(self, world: World, *, says_so: bool = True) -> None:
        self._runs, self._world, self._says_so = world.engine.runs, world, says_so
        self.asked: list[tuple[str, ...]] = []
        world.engine.runs = self.runs

    def runs(self, image: str, how: Start) -> Program:
        text = self._world.texts[self._world.engine._find(image).image.id]  # type: ignore[union-attr]
        if how.entrypoint == ("dpkg-query", "--search"):
            self.asked.append(tuple(how.command))
            assert "slim" not in text
            return printed(ASKED, exit_code=1)
        if how.entrypoint == ("python3",) and "find" in how.command:
            return printed(json.dumps([["/x-1.dist-info", ""]]) + "\n")
        if how.entrypoint == ("python3",) and "try" in how.command:
            lacks = ["libpq.so.5"] if "slim" in text and "libpq5" not in text else []
            said = {"python": "python3", "failing": {}, "missing": lacks if self._says_so else []}
            return printed(json.dumps(said) + "\n")
        return self._runs(image, how)


def test_a_smaller_base_gets_the_library_that_it_lacks(world: World) -> None:
    lacks = Lacks(world)
    found = world.audited()
    (slim,) = (one for one in found.trial.tried if one.remedy.name == "slim")
    assert (slim.refused, slim.is_fix) == ("", True)
    assert "slim" in found.trial.names
    assert "+    && apt-get install --yes --no-install-recommends libpq5 \\\n" in audit.diff(found)
    assert {*lacks.asked} == {("*/libpq.so.5",)}


def test_a_build_that_fails_for_a_library_is_tried_with_it(world: World) -> None:
    Lacks(world, says_so=False)
    build = world.engine.build

    def fails(order, on_step=None):  # type: ignore[no-untyped-def]
        text = order.dockerfile.read_text()
        if "slim" in text and "libpq5" not in text:
            said = "ImportError: libpq.so.5: cannot open shared object file: No such file"
            raise StepFailed("[3/3] RUN x failed", printed=said)
        return build(order, on_step)

    world.engine.build = fails  # type: ignore[method-assign]
    assert "slim" in world.audited().trial.names


def test_what_no_package_has_is_refused_as_before(world: World) -> None:
    Lacks(world)
    world.refuses = lambda text: "libpq5" in text
    (slim,) = (one for one in world.audited().trial.tried if one.remedy.name == "slim")
    assert slim.refused == "it does not build: [2/3] RUN x failed"


def test_a_library_that_only_a_cache_lacks_is_none_that_is_missing(world: World) -> None:
    """What uv keeps unpacked is imported from nowhere: neither probe nor remedy looks at it."""
    tried: list[str] = []
    runs = world.engine.runs
    kept = "/root/.cache/uv/archive-v0/x/hatchling-1.dist-info"

    def looks(image: str, how: Start) -> Program:
        if how.entrypoint == ("python3",) and "find" in how.command:
            return printed(json.dumps([[kept, ""], ["/app/a-1.dist-info", ""]]) + "\n")
        if how.entrypoint == ("python3",) and "try" in how.command:
            tried.append(how.command[-1])
            return printed(json.dumps({"python": "p", "failing": {}, "missing": []}) + "\n")
        return runs(image, how)

    world.engine.runs = looks
    found = world.audited().trial.yours.probed
    assert (found["distributions_failing"], found["missing_libraries"]) == (0, 0)
    assert {*tried} == {'["/app/a-1.dist-info"]'}


def test_a_quick_audit_keeps_the_full_base_for_the_build(world: World) -> None:
    full = layer_tar({"usr/bin/gcc": file(b"x" * 9_000_000, 0o755)})
    world.engine.add("python:3.14", full, repo_digests=("python@sha256:1",))
    # A compiler is wanted, and the last stage has none.
    world.refuses = lambda text: "slim" in text.partition("pip install")[0]
    workshop = fake_bench.workshop(Layout(ROOT), engine=world.engine)
    found = audit.audited(workshop, read(world.root), how=How(quick=True))
    assert ("what each change brings alone", ALONE[1]) in found.trial.left_out
    assert "stages" in found.trial.names
    assert "slim" not in {one.remedy.name for one in found.trial.tried}
