"""Every remedy over Dockerfiles in the styles that people use: which change what, and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from audit_corpus import FILES, source

from advices.audit.remedies import REMEDIES, Change, Source, remedies, together

EXPECTED = {
    "all-right": "",
    "alpine": "order mounts pip-cache user",
    "another-language": "",
    "arg-in-from": "order mounts slim pip-cache user",
    "arg-into-env": "secret user",
    "arg-is-the-base": "user",
    "arg-secret": "secret",
    "byte-order-mark": "order mounts slim pip-cache stages user exec",
    "cd-first": "order mounts pip-cache user exec",
    "chown-and-root": "user",
    "chown-as-it-runs": "user",
    "chown-as-root": "chown user",
    "chown-continued": "user",
    "chown-for-a-step": "user",
    "chown-later": "mounts pip-cache chown",
    "comments-in-continued-lines": "order mounts pip-cache apt user exec",
    "compilers": "stages",
    "compilers-lower": "mounts slim pip-cache apt stages user",
    "credentials-copied": "credentials",
    "credentials-moved": "credentials order mounts slim pip-cache stages settings user exec",
    "credentials-taken-away": "",
    "crlf": "order mounts slim pip-cache stages user exec",
    "crlf-continued": "mounts pip-cache apt user exec",
    "dev-and-prod": "mounts pip-cache user",
    "entrypoint-script": "user exec",
    "env-continued": "user",
    "env-old": "env",
    "escape-directive": "order mounts pip-cache apt user exec",
    "healthcheck": "mounts slim pip-cache apt stages user",
    "heredoc-apt": "apt user exec",
    "heredoc-copy": "order mounts pip-cache user exec",
    "heredoc-run": "order mounts pip-cache apt user",
    "init-template": "exec",
    "json-forms": "pip-cache user",
    "looks-at-the-code": "order mounts pip-cache",
    "lower-case": "order mounts slim pip-cache stages env user exec",
    "many-copies": "order mounts pip-cache user",
    "mixed-case": "order mounts slim pip-cache user exec",
    "onbuild": "slim pip-cache user",
    "pdm": "project pip-cache user",
    "pipenv": "order pip-cache user",
    "plain": "order mounts slim pip-cache stages user exec",
    "poetry-classic": "project slim pip-cache user exec",
    "poetry-lists-first": "",
    "poetry-no-root": "order pip-cache user",
    "purged-compilers": "mounts pip-cache apt user",
    "script-on-path": "exec",
    "several-stages": "slim pip-cache user",
    "settings-for-a-shell": "user exec",
    "shell": "apt user exec",
    "syntax-and-check": "user exec",
    "uv-app": "order user",
    "uv-by-the-manual": "",
    "uv-pip": "order slim pip-cache user",
    "uv-project": "project pip-cache user",
}
"""The remedies that each file gets."""


def comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


def after(before: Source, change: Change) -> Source:
    return replace(before, text=change.dockerfile, files={**before.files, **change.files})


def test_every_file_has_its_line_in_the_table() -> None:
    assert sorted(FILES) == sorted(EXPECTED)
    assert len(FILES) >= 40
    # Each remedy is tried by some file.
    known = {one.name for one in REMEDIES} - {"ignore"}
    assert {name for names in EXPECTED.values() for name in names.split()} == known


@pytest.mark.parametrize("name", FILES)
def test_a_file_gets_the_remedies_that_fit_it(name: str) -> None:
    assert " ".join(remedies(source(name))) == EXPECTED[name]


@pytest.mark.parametrize("name", FILES)
def test_a_remedy_keeps_the_file_a_dockerfile_with_all_its_comments(name: str) -> None:
    before = source(name)
    for remedy, change in remedies(before).items():
        new = after(before, change)
        assert len(new.dockerfile.stages) >= len(before.dockerfile.stages), remedy
        assert not comments(before.text) - comments(new.text), remedy
        # One kind of line end, and one mark at most, that of the file.
        assert ("\r\n" in before.text) == ("\r\n" in new.text), remedy
        assert new.text.count("\r\n") in (0, new.text.count("\n")), remedy
        assert new.text.count("\ufeff") == before.text.count("\ufeff"), remedy
        assert new.dockerfile.escape == before.dockerfile.escape, remedy
        assert new.dockerfile.syntax == before.dockerfile.syntax, remedy


@pytest.mark.parametrize("name", FILES)
def test_a_remedy_changes_nothing_in_what_it_made(name: str) -> None:
    before = source(name)
    for remedy, change in remedies(before).items():
        assert remedy not in remedies(after(before, change))


@pytest.mark.parametrize("name", FILES)
def test_all_of_them_together_leave_nothing_to_do(name: str) -> None:
    before = source(name)
    new = after(before, together(before, REMEDIES))
    assert not comments(before.text) - comments(new.text)
    assert remedies(new) == {}


@pytest.mark.parametrize(
    ("name", "runs_as"),
    [
        ("plain", {"user", "exec"}),
        ("entrypoint-script", {"user"}),
        ("chown-as-it-runs", {"user"}),
        # The copies have another owner.
        ("chown-and-root", set()),
        ("env-old", set()),
    ],
)
def test_which_changes_need_no_step_of_their_own(name: str, runs_as: set[str]) -> None:
    before = source(name)
    changes = remedies(before)
    assert {remedy for remedy, one in changes.items() if one.runs_as(before)} == runs_as


@pytest.mark.parametrize("name", FILES)
def test_code_belongs_to_root_where_a_remedy_names_the_user(name: str) -> None:
    """An owner who is neither root nor the user of the container has nothing to do there."""
    before = source(name)
    change = together(before, REMEDIES)
    named = [one for one in after(before, change).dockerfile.instructions if one.name == "USER"]
    if not named or named[-1].args[0].split(":")[0] != "10001":
        return
    owned = [flag for one in after(before, change).view.shipped for flag in one.instruction.flags]
    owned = [flag for flag in owned if flag.startswith("--chown=")]
    # One is meant to own them, and the other one works on them in a step of the build.
    kept = {"chown-as-it-runs": ["--chown=app"], "chown-for-a-step": ["--chown=app"]}
    # Who is made to own them is the container's user, and a third owner is not.
    made = {"chown-continued": ["--chown=web", "--chown=$OWNER:$OWNER"]}
    assert owned == {**kept, **made}.get(name, []), name
    had = "--chown=" in before.text or "chown --recursive" in before.text
    assert ("What is copied is root's" in change.says) == (had and name not in kept)


@pytest.mark.parametrize("name", FILES)
def test_buildkit_reads_what_a_remedy_made_as_we_do(name: str) -> None:
    buildkit = pytest.importorskip("dockerfile", reason="it has no wheel for this platform")
    before = source(name)
    changes = {**remedies(before), "together": together(before, REMEDIES)}
    for remedy, change in changes.items():
        told = [(one.cmd.upper(), one.flags) for one in buildkit.parse_string(change.dockerfile)]
        ours = [(i.name, i.flags) for i in after(before, change).dockerfile.instructions]
        assert told == ours, remedy
