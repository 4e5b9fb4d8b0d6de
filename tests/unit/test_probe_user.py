"""What the probe `user` reads and counts, without a container."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advices.probes.containers import program
from advices.probes.user import Rights, rights

INSIDE: dict[str, Any] = {"__name__": "inside"}
exec(compile(program("user"), "inside/user.py", "exec"), INSIDE)

STATUS = """\
Name:\tgunicorn
Uid:\t0\t1000\t1000\t1000
Gid:\t0\t100\t100\t100
Groups:\t4 24 
CapInh:\t0000000000000000
CapEff:\t00000000a80425fb
"""


def test_the_rights_are_the_effective_ones() -> None:
    assert rights(STATUS) == Rights(1000, 100, (4, 24), 14)
    nobody = STATUS.replace("4 24 ", "").replace("00000000a80425fb", "0000000000000000")
    assert rights(nobody) == Rights(1000, 100, (), 0)


def test_files_are_counted_and_links_are_not(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.py").touch()
    (tmp_path / "b.py").touch()
    (tmp_path / "link").symlink_to(tmp_path / "b.py")
    (tmp_path / "dead").symlink_to(tmp_path / "gone")
    assert INSIDE["writable"](str(tmp_path)) == 2
