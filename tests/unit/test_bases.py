"""FROM names: which of them are official, local or stand-ins, and what a registry has to say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from container_programs import printed
from engine_of_bases import (
    CONTENTS,
    DIGEST,
    _no_index,  # noqa: F401  # a fixture
    engine_with,
    on,
)
from layer_tars import saved

from advices.bases import registry_digests, versions
from advices.core import (
    BaseUnavailable,
    ImageUnknown,
    PullFailed,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    StepFailed,
    UnsteadyMeasure,
)
from advices.engine import BASE_LABEL, RUN_LABEL, Image
from advices.packages import proxy


def test_an_official_image_that_a_bundle_brought_is_official() -> None:
    engine = engine_with(stand_ins=False)
    image = engine.add("python:3.14")
    assert on(engine).known("python:3.14") is None
    registry_digests.remember({image.id: "python@sha256:5"})
    found = on(engine).resolve(["python:3.14"])["python:3.14"]
    assert (found.kind, found.identity) == ("official", "python@sha256:5")
    assert found.image == "python:3.14", "an engine that did not pull it knows no digest"
    assert engine.pulled == []


@pytest.mark.parametrize(
    ("digests", "labels"),
    [
        ((), {}),
        ((f"mine.example/python@{DIGEST}",), {}),
        ((f"somebody/python@{DIGEST}",), {}),
        ((f"python@{DIGEST}",), {BASE_LABEL: "python:3.14"}),
        ((f"python@{DIGEST}",), {RUN_LABEL: "run-1"}),
    ],
)
def test_a_name_alone_makes_no_image_official(
    digests: tuple[str, ...], labels: dict[str, str]
) -> None:
    engine = engine_with(stand_ins=False)
    engine.add("python:3.14", config={"Labels": labels}, repo_digests=digests)
    assert on(engine).known("python:3.14") is None


NOTED = "containerd.io/distribution.source."


@pytest.mark.parametrize(
    ("note", "official"),
    [
        ({}, False),
        ({f"{NOTED}docker.io": "somebody/python"}, False),
        ({f"{NOTED}mine.example": "library/python"}, False),
        ({f"{NOTED}docker.io": "other/x,library/python"}, True),
    ],
)
def test_where_every_image_has_a_digest_the_store_notes_what_came_from_a_registry(
    note: dict[str, str], official: bool
) -> None:
    engine = engine_with(stand_ins=False)
    image = engine.add("python:3.14")
    digest = f"python@{image.id}"
    known = engine.known["python:3.14"]
    engine.known["python:3.14"] = replace(known, image=replace(image, repo_digests=(digest,)))
    index = {"manifests": [{"annotations": note}]}
    archive = saved({"index.json": json.dumps(index).encode()})
    engine.saved = lambda _: iter([archive])  # type: ignore[method-assign]
    found = on(engine).known("python:3.14")
    assert (found is not None) == official
    assert found is None or found.identity == digest
    engine.saved = lambda _: pytest.fail("read twice")  # type: ignore[method-assign]
    assert not official or on(engine).known("python:3.14") == found


def test_an_image_that_was_loaded_stands_behind_a_name_that_no_recipe_knows() -> None:
    engine = engine_with()
    image = engine.add("mine.example/base:1")
    found = on(engine).resolve(["mine.example/base:1"])["mine.example/base:1"]
    assert (found.kind, found.image, found.identity) == ("local", found.name, image.id)
    assert engine.pulled == []
    engine.add("docker-advices-test/x:1", config={"Labels": {RUN_LABEL: "run-1"}})
    with pytest.raises(BaseUnavailable, match="docker-advices-test/x:1"):
        on(engine).resolve(["docker-advices-test/x:1"])
    # Where there is a recipe a name alone is no proof: labs compare bases of one kind.
    engine.add("python:3.14")
    assert on(engine).resolve(["python:3.14"])["python:3.14"].kind == "stand-in"


def test_bases_of_two_kinds_become_stand_ins() -> None:
    bases = on(engine_with("python:3.14-slim"))
    names = ("python:3.14-slim", "python:3.14-alpine")
    both = bases.resolve(names)
    assert [both[name].kind for name in names] == ["official", "stand-in"]
    assert [bases.of_one_kind(both)[name].kind for name in names] == ["stand-in", "stand-in"]
    official = {names[0]: both[names[0]]}
    assert bases.of_one_kind(official) == official


@pytest.mark.parametrize(
    "said", ["/bin/sh: 1: apk: not found", 'exec: "apk": executable file not found in $PATH']
)
def test_what_a_stand_in_lacks_is_no_fault_of_a_dockerfile(said: str) -> None:
    fault = StepFailed(f"this step failed: [2/3] RUN apk add git\n{said}")
    names = ("python:3.14-slim", "python:3.14-alpine")
    told = on(engine_with()).why_it_failed(fault, names)
    assert isinstance(told, BaseUnavailable)
    assert told.what.startswith("the stand-in for python:3.14-alpine has no apk: this step failed")
    # Debian has none, nor can the official image be without.
    assert on(engine_with()).why_it_failed(fault, names[:1]) is fault
    assert on(engine_with("python:3.14-alpine")).why_it_failed(fault, names) is fault
    other = StepFailed("this step failed: [2/3] RUN apt-get\n/bin/sh: 1: apt-get: not found")
    assert on(engine_with()).why_it_failed(other, names) is other


def test_a_silent_registry_is_asked_once_and_stand_ins_are_used() -> None:
    engine, heard = engine_with(), list[str]()
    found = on(engine, heard.append)
    assert found.resolve(["python:3.14"])["python:3.14"].kind == "stand-in"
    assert found.resolve(["python:3.14-slim"])["python:3.14-slim"].kind == "stand-in"
    assert engine.pulled == ["python:3.14"]
    assert [line for line in heard if "no registry answers" in line] == heard
    assert not found.registry_answers


@pytest.mark.parametrize(
    "kind", [PullsLimited, ImageUnknown, PullForbidden, ReferenceInvalid, PullFailed]
)
def test_what_a_registry_answers_is_the_fault_and_stands_in_for_nothing(
    kind: type[PullFailed],
) -> None:
    engine = engine_with()
    engine.registry["python:3.14"] = kind("`python:3.14` was not pulled: so")
    found = on(engine)
    for _ in "twice":
        with pytest.raises(kind, match="not pulled: so"):
            found.resolve(["python:3.14"])
    assert found.registry_answers
    engine.registry["python:3.14-slim"] = Image("sha256:9", repo_digests=(f"python@{DIGEST}",))
    assert found.resolve(["python:3.14-slim"])["python:3.14-slim"].kind == "official"


def test_another_registry_may_be_silent() -> None:
    engine = engine_with()
    engine.registry["python:3.14"] = Image("sha256:9", repo_digests=(f"python@{DIGEST}",))
    found = on(engine)
    with pytest.raises(BaseUnavailable) as raised:
        found.resolve(["registry:5000/x:1"])
    assert "no such host" in raised.value.why
    assert found.registry_answers
    assert found.resolve(["python:3.14"])["python:3.14"].kind == "official"


@pytest.mark.parametrize("name", ["Python:3.14", "python:3.14:x", "a//b"])
def test_a_name_that_no_engine_reads(name: str) -> None:
    with pytest.raises(ReferenceInvalid):
        on(engine_with()).resolve([name])


def test_a_base_that_is_removed_during_a_run_is_told() -> None:
    engine = engine_with("python:3.14")
    found = on(engine)
    base = found.resolve(["python:3.14"])["python:3.14"]
    del engine.known["python:3.14"]
    for use in (lambda: found.marked(base, "run-1", "one"), lambda: found.record(base)):
        with pytest.raises(UnsteadyMeasure, match=r"`FROM python:3\.14` is gone") as raised:
            use()
        assert "docker image prune -a" in raised.value.why


def test_a_stand_in_tells_its_packages() -> None:
    found = on(engine_with()).resolve(["python:3.14-slim"])["python:3.14-slim"]
    assert found == on(engine_with()).known("python:3.14-slim")
    assert found.contents == CONTENTS
    assert found.identities == ("stand-in", found.identity, CONTENTS.digest)


@pytest.mark.parametrize("labels", [{}, {"io.docker-advices.other": "python:3.14-slim"}])
def test_a_stand_in_of_an_earlier_toolkit_is_asked_for_its_packages(labels: Any) -> None:
    engine = engine_with(labels=labels)
    engine.runs = lambda _image, _how: printed("python\t3.13.7\n")
    assert on(engine).known("python:3.14-slim") is None
    found = on(engine).stand_in("python:3.14-slim")
    [order] = engine.orders
    assert (order.tag, order.bases) == (found.image, {"base": found.image})
    assert versions.of_labels(order.labels) == found.contents
    assert found.contents is not None
    assert found.contents.versions == ("python 3.13.7",)
    assert engine.started[0].how.command[-1] == versions.SCRIPT


def test_builds_get_the_address_of_a_shelf_that_is_served_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    bases = on(engine_with())
    monkeypatch.setenv("ADVICES_INDEX_URL", "http://172.17.0.9:8000/")
    assert bases.pip_conf is not None
    assert "index-url = http://172.17.0.9:8000/index/" in bases.pip_conf


def test_a_name_without_a_recipe() -> None:
    with pytest.raises(BaseUnavailable) as caught:
        on(engine_with()).resolve(["golang:1"])
    assert "`FROM golang:1`" in str(caught.value)
    assert "postgres:17" in caught.value.why
