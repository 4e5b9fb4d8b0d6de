"""Installing an engine: on which system, from which source, and only with root or a yes."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from provisioning import Terminal

from advices.core import EngineMissing, InstallRefused, process
from advices.engine import apt, provision

DEBIAN = """\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nHOME_URL="https://a.b/?c=d"\n'
FEDORA = "ID=fedora\nVERSION_ID=42\n# ID=debian\n"
ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\n'


@pytest.mark.parametrize(
    ("text", "wanted", "has_apt"),
    [
        (DEBIAN, apt.System("debian", "bookworm", ""), True),
        (UBUNTU, apt.System("ubuntu", "noble", "debian"), True),
        (MINT, apt.System("linuxmint", "wilma", "ubuntu debian"), True),
        (FEDORA, apt.System("fedora", "", ""), False),
        (ROCKY, apt.System("rocky", "", "rhel centos fedora"), False),
        ("", apt.System("", "", ""), False),
        ("ID='debian'\n", apt.System("debian", "", ""), True),
    ],
)
def test_which_system_this_is(
    text: str,
    wanted: provision.System,
    has_apt: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "os-release").write_text(text)
    found = apt.system(tmp_path / "os-release")
    assert found == wanted
    monkeypatch.setattr(apt.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert found.has_apt == has_apt
    monkeypatch.setattr(apt.shutil, "which", lambda _: None)
    assert not found.has_apt


def test_a_system_that_does_not_say() -> None:
    assert apt.system(Path("/no/such/file")) == apt.System("", "", "")


def test_only_the_engine_may_come_from_the_next_debian() -> None:
    mirror = "http://mirror.example/debian"
    files = apt.pin_trixie(mirror)
    sources, preferences = (files[name] for name in sorted(files, reverse=True))
    assert all(name.startswith("/etc/apt/") for name in files)
    urls = re.findall(r"\w+://\S+", "".join(files.values()))
    assert urls == [mirror], "a host that this machine's own apt does not use"
    assert f"URIs: {mirror}\nSuites: trixie\n" in sources
    everything, chosen = preferences.strip().split("\n\n")
    assert everything == "Package: *\nPin: release n=trixie\nPin-Priority: -1"
    assert chosen.startswith("Package: docker.io docker-cli docker-buildx containerd\n")


def test_the_mirror_is_the_one_that_apt_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "http://security.example/x bookworm-security\nhttp://m.example/debian bookworm\n"
    monkeypatch.setattr(apt, "run", lambda *_: process.Finished(0, listed, ""))
    assert apt.mirror("bookworm") == "http://m.example/debian"
    with pytest.raises(EngineMissing, match="apt has no source for sid"):
        apt.mirror("sid")


@pytest.mark.parametrize(
    ("uid", "stdin", "allowed"),
    [
        (0, io.StringIO(""), True),
        (1000, io.StringIO("yes\n"), False),  # a pipe that happens to say yes
        (1000, Terminal("y\n"), True),
        (1000, Terminal(" YES \n"), True),
        (1000, Terminal("\n"), False),
        (1000, Terminal("n\n"), False),
        (1000, Terminal("yesterday\n"), False),
    ],
)
def test_nothing_is_changed_without_root_or_a_yes(
    uid: int, stdin: io.StringIO, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr("sys.stdin", stdin)
    if allowed:
        apt.allowed("Install it?")
    else:
        with pytest.raises(InstallRefused, match=r"Install it\? This needs root") as refused:
            apt.allowed("Install it?", ("mmdebstrap", "uidmap"))
        assert refused.value.next_step.endswith("install mmdebstrap and uidmap")


def test_elsewhere_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "system", lambda: apt.System("fedora", "", ""))
    with pytest.raises(InstallRefused, match="x must be installed: y"):
        apt.install_packages(("x",), because="y")
    with pytest.raises(EngineMissing, match="packages are not Debian's"):
        apt.install_engine(print)


@pytest.mark.parametrize(("codename", "pinned"), [("bookworm", True), ("trixie", False)])
def test_what_is_installed(codename: str, pinned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def run(argv: list[str], **_: object) -> process.Finished:
        done.append(" ".join(word for word in argv if not word.startswith("/tmp")))
        return process.Finished(0, f"http://m.example {codename}\n", "")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(apt, "run", run)
    monkeypatch.setattr(apt.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(apt, "system", lambda: apt.System("debian", codename, ""))
    apt.install_engine(lambda _: None)
    assert done[-1].endswith(
        "install --yes --no-install-recommends docker.io docker-cli docker-buildx"
    )
    assert [line for line in done if "docker-advices-trixie" in line] == (
        [line for line in done if line.startswith("install -D")] if pinned else []
    )
    assert len([line for line in done if line.endswith(" update")]) == (2 if pinned else 1)
    asked = [line for line in done if "apt-get" in line and "indextargets" not in line]
    assert all(" flock /run/docker-advices-apt.lock apt-get " in line for line in asked)
