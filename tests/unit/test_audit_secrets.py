"""What an image shows of what its build was given: found by canary, fixed, and never told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_secret_world import VALUE, World, world
from audit_world import read

from advices import audit
from advices.audit import lab_of
from advices.audit.how import How
from advices.audit.remedies import Change, Source, suspects
from advices.audit.secrets import Redaction, written
from advices.core import LabInvalid, StepFailed
from advices.engine import BuildOrder

__all__ = ["world"]


# ---------- which arguments are tried ----------

SUSPECTS = {
    "ARG A\nRUN echo $A\n": {"A": ""},
    "ARG A=\nRUN echo $A\n": {"A": ""},
    "ARG A=1 B\nRUN echo $A\n": {"B": ""},
    "ARG A\nLABEL v=$A\n": {"A": "it is written into a label, to be read"},
    "ARG TARGETARCH\nARG https_proxy\nRUN echo $TARGETARCH\n": {},
}


@pytest.mark.parametrize(("body", "found"), SUSPECTS.items())
def test_what_nobody_can_read_in_the_file_is_tried(body: str, found: dict[str, str]) -> None:
    assert suspects(Source(f"FROM a\n{body}")) == found


def test_a_default_hides_nothing_unless_a_build_gives_another_value() -> None:
    text = "ARG V=1\nARG BASE\nFROM python:$V AS a\nARG V\nRUN echo $V\nFROM $BASE\n"
    args = {"BASE": "b"}
    why = "its value decides what the image starts from"
    assert suspects(Source(text, args)) == {"BASE": why}
    assert suspects(Source("FROM a\nARG A=1\nRUN echo $A\n", {"A": "2"})) == {"A": ""}


# ---------- an argument that becomes a secret ----------


def made_secret(text: str, *names: str) -> str | None:
    from advices.audit.remedies import remedies

    change = remedies(Source(text, leaking=names)).get("secret")
    return change and change.dockerfile


SECRETS = {
    "FROM a\nARG T\nRUN get $T\n": (
        'FROM a\nRUN --mount=type=secret,id=T export T="$(cat /run/secrets/T)" && get $T\n'
    ),
    "FROM a\nARG T X\n# Why.\nRUN --network=none get \\\n  ${T}\nRUN other\n": (
        "FROM a\nARG X\n# Why.\nRUN --network=none --mount=type=secret,id=T "
        'export T="$(cat /run/secrets/T)" && get \\\n  ${T}\nRUN other\n'
    ),
    "FROM a\nARG T\nRUN <<EOF\nget $T\nEOF\n": (
        "FROM a\nRUN --mount=type=secret,id=T <<EOF\n"
        'export T="$(cat /run/secrets/T)"\nget $T\nEOF\n'
    ),
    "FROM a\nARG T\nENV T=$T X=1\nRUN build\n": (
        'FROM a\nENV X=1\nRUN --mount=type=secret,id=T export T="$(cat /run/secrets/T)" && build\n'
    ),
    "FROM a\nARG T\nUSER app\nrun get $T\n": (
        "FROM a\nUSER app\n"
        'run --mount=type=secret,id=T,mode=0444 export T="$(cat /run/secrets/T)" && get $T\n'
    ),
}


@pytest.mark.parametrize(("before", "after"), SECRETS.items())
def test_an_argument_becomes_a_secret(before: str, after: str) -> None:
    assert made_secret(before, "T") == after
    # What no image shows stays an argument.
    assert made_secret(before) is None


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nARG T\nCOPY $T /x\n",
        "FROM a\nARG T\nLABEL t=$T\nRUN get $T\n",
        'FROM a\nARG T\nRUN ["get", "$T"]\n',
        "FROM a\nARG T\nENV URL=https://$T@example.org\nRUN get $URL\n",
        "ARG T\nFROM a\nARG T\nRUN get $T\n",
        "FROM a\nARG T\nRUN python3 - <<EOF\nprint('$T')\nEOF\n",
    ],
)
def test_an_argument_that_something_else_needs_stays(text: str) -> None:
    assert made_secret(text, "T") is None


# ---------- secrets of the build ----------


@pytest.mark.parametrize("words", ["", "src=x", "id=", "id=a,sauce=x", "a", "id=a,type=ssh"])
def test_a_secret_that_says_nothing(words: str) -> None:
    with pytest.raises(ValueError, match="is not id=ID"):
        audit.Secret.parse(words)


def test_a_secret_is_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t").write_text(VALUE)
    monkeypatch.setenv("TOKEN", VALUE)
    for words in (f"id=a,src={tmp_path / 't'}", "id=a,env=TOKEN", "id=TOKEN"):
        assert audit.Secret.parse(words).value() == VALUE.encode()
    with pytest.raises(LabInvalid, match="the secret `a` has no value"):
        audit.Secret.parse("id=a,env=GONE").value()
    with pytest.raises(LabInvalid, match="the secret `a` cannot be read: No such file"):
        audit.Secret.parse(f"id=a,src={tmp_path / 'gone'}").value()


def test_nobody_else_reads_the_files_of_secrets(tmp_path: Path) -> None:
    files = written({"a": b"1", "b/../c": b"2"}, tmp_path / "s")
    assert [one.read_bytes() for one in files.values()] == [b"1", b"2"]
    assert {one.parent for one in files.values()} == {tmp_path / "s"}
    modes = [
        (tmp_path / "s").stat().st_mode & 0o777,
        *(f.stat().st_mode & 0o777 for f in files.values()),
    ]
    assert modes == [0o700, 0o600, 0o600]


def test_a_value_is_taken_out_of_texts_and_errors() -> None:
    hide = Redaction([b"long-secret", b"long-secret-2\nsecond line\nab\n"])
    assert hide("long-secret-2 long-secret second line ab") == "*** *** *** ab"
    error = StepFailed("x long-secret", why="long-secret", printed="second line")
    told = hide.of_error(error)
    assert "secret" not in f"{told} {told.args} {error.printed}"


# ---------- the whole way, on an engine in memory ----------


def test_what_the_image_shows_is_found_by_a_canary_and_fixed(world: World) -> None:
    found = world.audited(
        f"id=netrc,src={world.root.parent / 'netrc'}", build_args={"TOKEN": "tok"}
    )
    told = {(one.kind, one.name): one for one in found.trial.canaries}
    assert told["build argument", "TOKEN"].places["secrets_in_history"] == 1
    assert told["file", ".env"].places["secrets_in_layers"] == 1
    assert told["build argument", "VERSION"].unjudged == "it is written into a label, to be read"
    assert told["build argument", "STEERS"].unjudged == "a build with a made-up value fails"
    assert not told["secret", "netrc"].is_found
    assert not told["secret", "netrc"].unjudged
    assert ("file", ".env.example") not in told
    # Both are fixed, and measured again.
    assert {*found.trial.names} >= {"secret", "ignore"}
    assert not any((told["file", ".env"].after or {"": 1}).values())
    findings = [one for one in audit.findings(found.trial) if one.lab == "configuration"]
    assert [(one.before, one.after, one.is_gone) for one in findings] == [(1, 0, True)] * 2
    assert "--mount=type=secret,id=TOKEN" in audit.diff(found)
    # The fixed build gets the argument's value as a secret, and no argument of that name.
    fixed = [s for s, a in zip(world.secrets, world.arguments, strict=True) if "TOKEN" not in a]
    assert {"netrc": VALUE, "TOKEN": "tok"} in fixed
    rows = dict(audit.not_judged_rows(found)[1:])
    assert "build argument `STEERS`: a build with a made-up value fails" in str(rows)
    assert json.loads(json.dumps(audit.record(found)))["secrets"]


def test_a_quick_audit_hides_what_shows_as_well(world: World) -> None:
    world.how = How(quick=True)
    found = world.audited(build_args={"TOKEN": "tok"})
    assert {*found.trial.names} >= {"secret", "ignore"}
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "secret")
    assert (tried.before, tried.after, tried.refused) == (1, 0, "")


def test_a_secret_that_a_step_copies_is_found(world: World) -> None:
    world.leaks_secret = True
    found = world.audited(f"id=netrc,src={world.root.parent / 'netrc'}")
    (one,) = (one for one in found.trial.canaries if one.kind == "secret")
    assert one.places["secrets_in_layers"] == 1
    says = "the image shows the value of the secret `netrc` in files of its layers"
    assert says in [finding.says for finding in audit.findings(found.trial)]
    # The real value is given to the plain build, and is no part of what is told.
    assert {"netrc": VALUE} in world.secrets
    assert VALUE not in json.dumps(audit.record(found)) + audit.markdown(found)


@pytest.mark.parametrize("leaks", [True, False])
def test_a_secret_that_cannot_be_made_up_is_looked_for_itself(world: World, leaks: bool) -> None:
    world.leaks_secret = leaks
    world.fails = lambda order: (
        "" if order.secrets["netrc"].read_text() == VALUE else "RUN get: 401 Unauthorized"
    )
    found = world.audited(f"id=netrc,src={world.root.parent / 'netrc'}")
    (one,) = (one for one in found.trial.canaries if one.kind == "secret")
    assert one.unjudged == ""
    assert one.places["secrets_in_layers"] == int(leaks)
    # No change of the Dockerfile hides it.
    assert (one.after or {}).get("secrets_in_layers", 0) == int(leaks)


def test_an_argument_that_cannot_be_made_up_is_not_judged(world: World) -> None:
    world.fails = lambda order: "" if order.build_args.get("TOKEN") == VALUE else "RUN get: 401"
    found = world.audited(build_args={"TOKEN": VALUE})
    told = {one.name: one for one in found.trial.canaries}
    assert told["TOKEN"].unjudged == (
        "a build with a made-up value fails; the image shows the real one in its history"
    )
    assert not told["TOKEN"].is_found


def test_a_fix_that_still_shows_the_value_is_refused(world: World) -> None:
    def also_copies(order: BuildOrder) -> str:
        for name, at in order.secrets.items():
            (order.context / f"copied-{name}").write_bytes(at.read_bytes())
        return ""

    world.fails = also_copies
    found = world.audited()
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "secret")
    assert "in files of its layers" in tried.refused
    assert "secret" not in found.trial.names


def test_a_build_that_prints_a_secret_tells_nobody(world: World) -> None:
    secret = f"id=netrc,src={world.root.parent / 'netrc'}"
    heard: list[object] = []
    world.fails = lambda _: f"RUN failed, its last line: {VALUE}"
    with pytest.raises(StepFailed) as fault:
        world.audited(secret, say=heard.append)
    assert "its last line: ***" in str(fault.value)
    # Of a change that fails it is the same.
    world.fails = lambda order: (
        f"said {VALUE}" if "id=TOKEN" in order.dockerfile.read_text() else ""
    )
    found = world.audited(secret, say=heard.append, build_args={"TOKEN": "tok"})
    assert "it does not build: said ***" in str(audit.refused_rows(found))
    assert VALUE not in f"{heard} {audit.record(found)}"


def test_a_file_that_a_fix_changes_stays_a_program(world: World, tmp_path: Path) -> None:
    script = world.root / "start.sh"
    script.write_text("a\n")
    script.chmod(0o755)
    change = Change("", "FROM a\n", files={"start.sh": "exec a\n"})
    variant = lab_of.variant_of(read(world.root), tmp_path / "lab", "x", change)
    new = tmp_path / "lab" / str(variant.overlay) / "start.sh"
    assert (new.read_text(), new.stat().st_mode & 0o777) == ("exec a\n", 0o755)
    audit.write_fix(world.root, {"start.sh": ("a\n", "exec a\n"), ".dockerignore": ("", "x\n")})
    assert (script.read_text(), script.stat().st_mode & 0o777) == ("exec a\n", 0o755)
    assert (world.root / ".dockerignore").read_text() == "x\n"


def test_no_secret_is_left_on_the_disk(world: World, tmp_path: Path) -> None:
    world.audited(f"id=netrc,src={world.root.parent / 'netrc'}")
    left = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "netrc"]
    assert [one for one in left if VALUE.encode() in one.read_bytes()] == []
