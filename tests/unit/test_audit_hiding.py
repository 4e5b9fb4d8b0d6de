"""A file with a password becomes a secret of the build, one of settings those of a container."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_secret_world import World
from container_programs import Program
from local_sites import site

from advices import audit
from advices.audit import How
from advices.audit.remedies import pairs_of
from advices.engine import BuildOrder, Built, Start

DOCKERFILE = """\
FROM python:3.14-slim
WORKDIR /app
COPY . .
RUN mv .netrc /root/.netrc
RUN pip install -r requirements.txt
CMD set -a; . ./prod.env; python app.py
"""


class Hides(World):
    """An engine whose builds leave out the files that .dockerignore names, if it `heeds` it."""

    heeds = True

    def __init__(self, root: Path, port: int) -> None:
        super().__init__(root, port)
        self.starts: list[tuple[str, Start]] = []
        self.canaries: list[tuple[str, frozenset[str]]] = []

    def _build(self, order: BuildOrder, on_step: Any = None) -> Built:
        given = {name: order.context / name for name in (".netrc", "prod.env")}
        given |= order.secrets
        held = {n: f.read_text() for n, f in given.items() if f.is_file()}
        if with_one := frozenset(n for n, text in held.items() if "canary-" in text):
            self.canaries.append((order.tag.rpartition(":audit-")[2], with_one))
        ignore = order.context / ".dockerignore"
        for name in ignore.read_text().split() if self.heeds and ignore.is_file() else ():
            (order.context / name).unlink(missing_ok=True)
        return super()._build(order, on_step)

    def _runs(self, image: str, how: Start) -> Program:
        self.starts.append((image, how))
        return super()._runs(image, how)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hides]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    root = tmp_path / "project"
    root.mkdir()
    texts = {
        "Dockerfile": DOCKERFILE,
        "app.py": "",
        "requirements.txt": "flask\n",
        ".netrc": "machine a password of-this-test",
        "prod.env": "KEY=a-key-of-this-test\n",
    }
    for name, text in texts.items():
        (root / name).write_text(text, "utf-8")
    with site(lambda _: (200, b"a page")) as port:
        yield Hides(root, port)


@pytest.mark.parametrize("quick", [False, True])
def test_both_are_hidden_and_given_another_way(world: Hides, quick: bool) -> None:
    world.how = How(quick=quick)
    found = world.audited()
    assert {"credentials", "settings"} <= {*found.trial.names}
    tried = {one.remedy.name: one for one in found.trial.tried}
    for name in ("credentials", "settings"):
        assert (tried[name].before, tried[name].after, tried[name].refused) == (1, 0, ""), name
    told = {one.name: one for one in found.trial.canaries}
    for name in (".netrc", "prod.env"):
        assert told[name].places["secrets_in_layers"] == 1
        assert not any((told[name].after or {"": 1}).values())
    # Each is a finding once.
    shown = [one for one in audit.findings(found.trial) if one.lab == "configuration"]
    assert [(one.fix, one.is_gone) for one in shown] == [("credentials", True), ("settings", True)]
    diff = audit.diff(found)
    assert "+RUN --mount=type=secret,id=netrc,target=/root/.netrc pip install" in diff
    assert "+CMD python app.py\n" in diff
    assert "+.netrc\n+prod.env\n" in diff
    assert "-RUN mv .netrc /root/.netrc\n" in diff
    # The build got the file as a secret, the container its settings as variables.
    assert any("of-this-test" in one.get("netrc", "") for one in world.secrets)
    assert any(how.env.get("KEY") == "a-key-of-this-test" for _, how in world.starts)
    first = next(how for _, how in world.starts if how.entrypoint is None)
    assert "KEY" not in first.env


def test_no_build_is_made_for_canaries_of_what_a_change_hides(world: Hides) -> None:
    """The image of a change has them itself, and that of the project as it is holds the files."""
    world.audited()
    built = dict(world.canaries)
    # Behind its change the password is a secret of the build.
    assert built["credentials-cold"] == {"netrc", ".netrc"}
    assert built["settings-cold"] == {"prod.env"}
    assert built["fixed-cold"] == {"netrc", ".netrc", "prod.env"}
    # What is measured of the project as it is has none, and so has what hides nothing.
    assert all(name.startswith(("credentials-", "settings-", "fixed-")) for name in built)


def test_images_are_read_together(world: Hides) -> None:
    """A base is most of an archive: what is looked for is looked for in one reading."""
    world.audited()
    saves = [[tag.rpartition(":audit-")[2] for tag in tags] for tags in world.engine.saves]
    read = [save for save in saves if {"yours-cold", "credentials-cold", "fixed-cold"} & {*save}]
    assert [save[0] for save in read] == ["yours-cold", "credentials-cold", "fixed-cold"], saves
    assert read[1] == ["credentials-cold", "settings-cold"]


def test_a_file_is_given_a_canary_where_its_text_does_not_tell_where_it_is(world: Hides) -> None:
    root = world.root
    (root / "prod.env.example").write_text((root / "prod.env").read_text())
    (root / ".netrc").write_text("a b\n")
    told = {one.name: one for one in world.audited().trial.canaries}
    assert dict(world.canaries)["canary-1-cold"] == {".netrc", "prod.env"}
    assert told["prod.env"].places["secrets_in_layers"] == 1


def test_a_step_from_the_cache_has_the_canary_that_is_looked_for(world: Hides) -> None:
    texts: dict[str, set[str]] = {}

    def seen(order: BuildOrder) -> str:
        if "netrc" in order.secrets:
            texts.setdefault("netrc", set()).add(order.secrets["netrc"].read_text())
        return ""

    world.fails = seen
    world.audited()
    assert len(texts["netrc"]) == 1


@pytest.mark.parametrize("quick", [False, True])
def test_what_the_image_of_a_change_still_shows_is_not_hidden(world: Hides, quick: bool) -> None:
    world.how = How(quick=quick)
    world.heeds = False
    found = world.audited()
    assert not {"credentials", "settings"} & {*found.trial.names}
    tried = {one.remedy.name: one for one in found.trial.tried}
    assert {(tried[n].before, tried[n].after) for n in ("credentials", "settings")} == {(1, 1)}


def test_a_change_that_a_canary_breaks_is_tried_without_it(world: Hides) -> None:
    def fails(order: BuildOrder) -> str:
        file = order.secrets.get("netrc")
        return "RUN pip: 401" if file and "canary-" in file.read_text() else ""

    world.fails = fails
    tried = {one.remedy.name: one for one in world.audited().trial.tried}
    # It builds, and nobody knows what its image shows.
    assert tried["credentials"].refused == "a build with a made-up value fails"
    assert not tried["settings"].refused
    tags = [name for name, given in world.canaries if "netrc" in given]
    assert tags[0] == "credentials-cold"
    assert tags[1].startswith("canary-")


def test_what_was_built_with_the_real_file_is_not_asked_for_a_canary(world: Hides) -> None:
    """Its steps are in the cache then, and all changes together take them from there."""

    def fails(order: BuildOrder) -> str:
        file = order.secrets.get("netrc")
        is_own = ":audit-credentials-" in order.tag
        return "RUN pip: 401" if is_own and file and "canary-" in file.read_text() else ""

    world.fails = fails
    found = world.audited()
    assert {"credentials", "settings"} <= {*found.trial.names}
    tags = [name for name, given in world.canaries if "netrc" in given]
    # Alone, then in a build that is made for it; and that of all changes, in another one.
    assert [name.partition("-")[0] for name in tags] == ["credentials", "canary", "canary"]
    built = dict(world.canaries)
    assert built["fixed-cold"] == {"prod.env"}
    told = {one.name: one for one in found.trial.canaries}
    assert not any((told[".netrc"].after or {"": 1}).values())


def test_a_file_that_cannot_be_made_up_spoils_no_other_one(world: Hides) -> None:
    for name in (".netrc", "prod.env"):
        (world.root / f"{name}.example").write_text((world.root / name).read_text())
    world.fails = lambda order: (
        "RUN pip: 401"
        if (order.context / ".netrc").is_file()
        and "canary-" in (order.context / ".netrc").read_text()
        else ""
    )
    told = {one.name: one for one in world.audited().trial.canaries}
    assert told[".netrc"].unjudged == "a build with a made-up value fails"
    assert told["prod.env"].places["secrets_in_layers"] == 1


def test_what_a_reader_sets_wins_over_the_file(world: Hides) -> None:
    world.audited(env={"KEY": "mine"})
    assert {how.env.get("KEY") for _, how in world.starts if how.entrypoint is None} == {"mine"}


def test_what_the_build_needs_the_file_for_stays(world: Hides) -> None:
    text = DOCKERFILE.replace("RUN pip", "RUN cat prod.env .netrc || true\nRUN pip")
    (world.root / "Dockerfile").write_text(text)
    found = world.audited()
    assert not {"credentials", "settings"} & {one.remedy.name for one in found.trial.tried}
    shown = [one for one in audit.findings(found.trial) if one.lab == "configuration"]
    assert [one.is_gone for one in shown] == [False, False]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1\n# a\n\nB_2=http://x/y:z,@\n", {"A": "1", "B_2": "http://x/y:z,@"}),
        ("A=1\nB=$A\n", {}),
        ("A='1'\n", {}),
        ("export A=1\n", {}),
        ("", {}),
    ],
)
def test_only_what_needs_no_shell_is_taken(text: str, found: dict[str, str]) -> None:
    assert pairs_of(text) == found
