"""How the engine pulls, names, loads and saves images, and makes one with more files."""
# ruff: noqa: F401, F811  # the fixtures `asked` and `engine` are imported

from __future__ import annotations

import io
import json
import tarfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from asked_engine import IMAGE, asked, changes, engine
from socket_engine import SocketEngine, refusal

from advices.core import (
    AdvicesError,
    BundleRefused,
    DiskFull,
    EngineRefused,
    ImageUnknown,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    RegistrySilent,
)
from advices.engine.client import RUN_LABEL, DockerEngine
from advices.engine.records import Image


def test_where_a_login_cannot_be_read_a_registry_is_asked_without(
    engine: DockerEngine, asked: SocketEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"credsStore": "nowhere"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    asked.answer("POST /images/create", refusal(500, "unauthorized: authentication required"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PullForbidden) as raised:
            engine.pull("x:1")
    assert "`docker-credential-nowhere`, which Docker's settings name" in raised.value.why
    assert "install `docker-credential-nowhere`" in raised.value.next_step


def test_an_image_is_told_as_the_engine_says_it(engine: DockerEngine, asked: SocketEngine) -> None:
    config = {"Cmd": ["a"], "Entrypoint": None, "Labels": None, "WorkingDir": ""}
    said = {**IMAGE, "RepoTags": ["a:1"], "RepoDigests": None, "Config": config}
    asked.answer("GET /images/a:1/json", said)
    found = engine.image("a:1")
    assert found is not None
    assert found == Image("sha256:1", ("sha256:2",), ("a:1",), config=config)
    assert (found.command, found.entrypoint) == (("a",), ())
    assert (found.labels, found.working_dir) == ({}, "/")
    assert engine.image("gone:1") is None


FILES = {"/etc/mark": b"one\n"}


@pytest.mark.parametrize(
    ("settings", "words", "change"),
    [
        ({"Cmd": ["a", 'print("é")']}, ["COPY /etc/mark /"], r'CMD ["a", "print(\"\u00e9\")"]'),
        ({"Cmd": ["a"], "Entrypoint": ["b"]}, ["COPY /etc/mark /"], 'CMD ["a"]'),
        ({"Cmd": None, "Entrypoint": ["b"]}, None, None),
        ({"Cmd": None, "Entrypoint": None}, ["COPY /etc/mark /"], None),
    ],
)
def test_an_image_with_more_files_keeps_its_command(
    engine: DockerEngine,
    asked: SocketEngine,
    settings: dict[str, Any],
    words: list[str] | None,
    change: str | None,
) -> None:
    asked.answer("GET /images/base/json", {**IMAGE, "Config": settings})
    asked.answer("POST /commit", {"Id": "sha256:3"})
    asked.answer("GET /images/sha256:3/json", {**IMAGE, "Id": "sha256:3"})
    made = engine.with_files("base", FILES, "ours:tag", run_id="run-1")
    assert made.id == "sha256:3"
    (create,) = asked.of("POST /containers/create")
    assert (create.body["Image"], create.body.get("Cmd")) == ("base", words)
    assert create.body["Labels"] == {RUN_LABEL: "run-1"}
    (put,) = asked.of("PUT .*")
    with tarfile.open(fileobj=io.BytesIO(put.raw)) as tar:
        found = tar.extractfile("etc/mark")
        assert found is not None and found.read() == b"one\n"
    (commit,) = asked.of("POST /commit")
    assert (commit.query["repo"], commit.query["tag"]) == ("ours", "tag")
    assert commit.query.get("changes") == change
    assert changes(asked)[-1] == "DELETE /containers/made"


def test_an_image_that_was_not_made_leaves_no_container(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer("GET /images/base/json", IMAGE)
    asked.answer("POST /commit", refusal(500, "write: no space left on device"))
    with pytest.raises(DiskFull):
        engine.with_files("base", FILES, "ours:tag", run_id="run-1")
    assert changes(asked)[-1] == "DELETE /containers/made"


NUL = f"sha256:{'0' * 64}"
NAMED = [
    (f"zap@{NUL}", "zap", NUL),
    ("python:3.14", "python", "3.14"),
    ("python", "python", "latest"),
    ("registry:5000/x:tag", "registry:5000/x", "tag"),
    ("registry:5000/x", "registry:5000/x", "latest"),
    (f"host:5000/x@{NUL}", "host:5000/x", NUL),
]


@pytest.mark.parametrize(("name", "repository", "tag"), NAMED)
def test_an_image_is_pulled_by_digest_or_tag(
    engine: DockerEngine, asked: SocketEngine, name: str, repository: str, tag: str
) -> None:
    asked.answer("POST /images/create", lambda _: iter([b'{"status": "Pulling"}\r\n']))
    asked.answer(f"GET /images/{name}/json", IMAGE)
    assert engine.pull(name).id == "sha256:1"
    (pull,) = asked.of("POST /images/create")
    assert (pull.query["fromImage"], pull.query["tag"]) == (repository, tag)


def test_a_pull_says_how_far_it_is(
    engine: DockerEngine, asked: SocketEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = (
        {"status": "Pulling from library/x", "id": "1"},
        {"status": "Pulling fs layer", "id": "a"},
        {"status": "Downloading", "id": "a", "progressDetail": {"current": 1e6, "total": 4e6}},
        {"status": "Downloading", "id": "b", "progressDetail": {"current": 5e5, "total": 1e6}},
        {"status": "Download complete", "id": "a"},
        {"status": "Pull complete", "id": "b"},
        {"status": "Status: Downloaded newer image"},
    )
    answer = [f"{json.dumps(one)}\r\n".encode() for one in layers]
    asked.answer("POST /images/create", lambda _: iter(answer))
    asked.answer("GET /images/x:1/json", IMAGE)
    monkeypatch.setattr("advices.engine.pull_progress._EVERY_SECONDS", 0.0)
    said: list[str] = []
    engine.pull("x:1", said.append)
    of_five = [f"pulling x:1: {mb} of 5.0 MB" for mb in ("1.5", "4.5", "5.0")]
    assert said == ["pulling x:1", "pulling x:1: 1.0 of 4.0 MB", *of_five]


@pytest.mark.parametrize(("name", "repository", "tag"), [one for one in NAMED if "@" not in one[0]])
def test_an_image_is_named_by_repository_and_tag(
    engine: DockerEngine, asked: SocketEngine, name: str, repository: str, tag: str
) -> None:
    engine.tag(Image("sha256:1"), name)
    (named,) = asked.of("POST /images/sha256:1/tag")
    assert (named.query["repo"], named.query["tag"]) == (repository, tag)
    asked.answer("GET /images/(base|sha256:3)/json", IMAGE)
    asked.answer("POST /commit", {"Id": "sha256:3"})
    engine.with_files("base", FILES, name, run_id="run-1")
    (commit,) = asked.of("POST /commit")
    assert (commit.query["repo"], commit.query["tag"]) == (repository, tag)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(500, "manifest unknown"), ImageUnknown),
        (refusal(404, "x:1: not found"), ImageUnknown),
        (refusal(500, "toomanyrequests: You have reached your pull rate limit."), PullsLimited),
        (refusal(500, 'Get "https://x.example/v2/": dial tcp: no such host'), RegistrySilent),
        (refusal(500, "write /x: no space left on device"), DiskFull),
        # What goes wrong after the answer has begun.
        (lambda _: iter([b'{"status": "Pulling"}\r\n', b'{"error": "denied"}\r\n']), PullForbidden),
    ],
)
def test_a_pull_that_fails_says_why(
    engine: DockerEngine, asked: SocketEngine, answer: Any, kind: type[AdvicesError]
) -> None:
    asked.answer("POST /images/create", answer)
    with pytest.raises(kind):
        engine.pull("x.example/x:1")


def test_a_registry_is_asked_without_a_pull(engine: DockerEngine, asked: SocketEngine) -> None:
    asked.answer("GET /distribution/.*/json", {"Descriptor": {"digest": NUL}, "Platforms": []})
    engine.ask_registry("x.example/x:1")
    asked.answer("GET /distribution/.*/json", refusal(403, "denied"))
    with pytest.raises(PullForbidden, match="was not pulled: denied"):
        engine.ask_registry("x.example/x:1")


def test_a_name_that_no_engine_reads_reaches_none(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    # An engine would pull python:x.
    with pytest.raises(ReferenceInvalid):
        engine.pull("python:1:x")
    assert asked.of("POST /images/create") == []


def test_images_without_names_are_told_in_one_piece(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    for one in ("sha256:a", "sha256:b", "some:1"):
        asked.answer(f"GET /images/{one}/json", {**IMAGE, "Id": one})
    for said, wanted in (
        ("Loaded image ID: sha256:a\nLoaded image ID: sha256:b\n", ["sha256:a", "sha256:b"]),
        ("Loaded image: some:1\n", ["some:1"]),
    ):
        lines = [json.dumps({"status": "Loading"}), json.dumps({"stream": said})]
        asked.answer(
            "POST /images/load", lambda _, lines=lines: (f"{one}\r\n".encode() for one in lines)
        )
        assert [image.id for image in engine.load(io.BytesIO())] == wanted


@pytest.mark.parametrize(
    ("error", "kind"),
    [("invalid tar header", BundleRefused), ("x: no space left on device", DiskFull)],
)
def test_an_engine_that_cannot_load_is_told(
    error: str, kind: type[Exception], engine: DockerEngine, asked: SocketEngine
) -> None:
    text = json.dumps({"error": error}).encode()
    asked.answer("POST /images/load", lambda _: iter([text]))
    with pytest.raises(kind):
        engine.load(io.BytesIO())


def test_an_engine_without_room_to_pack_an_image_says_so(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer("GET /images/get", refusal(500, "write /tmp/x: no space left on device"))
    with pytest.raises(DiskFull):
        list(engine.saved([Image("sha256:1")]))
    asked.answer("GET /images/get", refusal(404, "no such image: sha256:1"))
    with pytest.raises(EngineRefused, match="no such image"):
        list(engine.saved([Image("sha256:1")]))
