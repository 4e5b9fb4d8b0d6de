"""The root file system of a stand-in, made by an ordinary user."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from advices.bases.stand_ins import made_with, told
from advices.core import BaseUnavailable, CommandFailed

# As rootfs.sh does: a folder of settings, read by a program of mmdebstrap's other user.
SCRIPT = """\
set -eu
[ $# -eq 2 ] || exit 2
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
stat -c %a "$settings"
echo "$1" "$2" "${settings%/*}"
[ "$1" != fails ]
"""


@pytest.mark.parametrize(("uid", "mode"), [(0, "700"), (1000, "755")])
@pytest.mark.parametrize("word", ["debian-slim", "fails"])
def test_what_an_ordinary_users_script_lays_down_is_open_to_mmdebstraps_user(
    uid: int, mode: str, word: str, tmp_path: Path
) -> None:
    (tmp_path / "rootfs.sh").write_text(SCRIPT)
    argv = [*made_with(uid), str(tmp_path / "rootfs.sh"), word, "a b.tar"]
    env = {"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=env)
    assert done.stdout == f"{mode}\n{word} a b.tar {tmp_path}\n"
    assert done.returncode == (1 if word == "fails" else 0), done.stderr
    assert [file.name for file in tmp_path.iterdir() if file.is_dir()] == ["home"]


def test_an_account_without_ids_is_told_what_it_lacks() -> None:
    error = CommandFailed("`sh -c 'x` y' rootfs.sh` ended with exit code 25:\nE: no chroot mode")
    found = told(error, 1000)
    assert isinstance(found, BaseUnavailable)
    assert found.what == "rootfs.sh ended with exit code 25:\nE: no chroot mode"
    assert "uidmap" in found.why
    assert told(error, 0) is error
