"""What the probe `opened` hears and counts, without a container."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import layer_tars

from advices.probes import opened
from advices.probes.containers import program

INSIDE: dict[str, Any] = {"__name__": "inside"}
exec(compile(program("opened"), "inside/opened.py", "exec"), INSIDE)


def hooked(folder: Path, *words: str, **env: str) -> set[str]:
    """Run a Python with the hook, which writes below a folder; return the files that it opened."""
    hook = program("opened_hook").replace("/dev/shm", str(folder))
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(hook)
    search = {"PYTHONPATH": str(folder / "hook"), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [sys.executable, *words], env={**os.environ, **search, **env}, cwd=folder, check=True
    )
    return set(INSIDE["noted"](str(folder)) or ())


def test_files_that_python_opens_are_heard_and_others_are_not(tmp_path: Path) -> None:
    for name in ("read.txt", "relative.txt", "left.txt", "imported.py", "not_imported.py"):
        (tmp_path / name).write_text("")
    code = f"import imported, os; open({str(tmp_path / 'read.txt')!r}); open('relative.txt'); "
    code += "os.stat('left.txt'); os.fdopen(0)"
    found = hooked(tmp_path, "-c", code)
    for name, wanted in {
        "read.txt": True,
        "relative.txt": True,
        "imported.py": True,
        "left.txt": False,
        "not_imported.py": False,
    }.items():
        assert (str(tmp_path / name) in found) == wanted, name


def test_a_process_that_is_forked_is_heard_too(tmp_path: Path) -> None:
    (tmp_path / "late.txt").write_text("")
    code = "import os; pid = os.fork(); pid or open('late.txt'); pid and os.waitpid(pid, 0)"
    assert str(tmp_path / "late.txt") in hooked(tmp_path, "-c", code)


def test_what_python_loaded_before_the_hook_counts(tmp_path: Path) -> None:
    found = hooked(tmp_path, "-c", "pass")
    assert any("encodings" in path for path in found)


def test_an_isolated_python_is_not_heard(tmp_path: Path) -> None:
    assert hooked(tmp_path, "-I", "-c", "open('/dev/null')") == set()
    assert INSIDE["noted"](str(tmp_path)) is None


def test_a_hook_that_cannot_write_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    hook = program("opened_hook").replace("/dev/shm", str(tmp_path / "gone"))
    (tmp_path / "hook" / "sitecustomize.py").write_text(hook)
    done = subprocess.run(
        [sys.executable, "-c", "print(open('/dev/null').read(), 'on')"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "hook")},
        capture_output=True,
        check=True,
    )
    assert (done.stdout.strip(), done.stderr) == (b"on", b"")


def test_mapped_files_are_those_of_all_other_processes(tmp_path: Path) -> None:
    for pid in ("7", str(os.getpid()), "self"):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "maps").write_text(
            f"7f00-7f01 r-xp 00000000 00:2a 12 {' ' * 9}/lib/of {pid}.so\n"
            "7f01-7f02 rw-p 00000000 00:00 0\n"
            "7ffd-7ffe rw-p 00000000 00:00 0          [stack]\n"
        )
    assert INSIDE["mapped"](str(tmp_path)) == {"/lib/of 7.so"}


def test_only_files_of_the_image_count_and_hidden_ones_do_not() -> None:
    tree = layer_tars.tree(
        {
            "srv/app.py": layer_tars.file(b"a" * 10),
            "srv/twice.py": layer_tars.file(b"b" * 5),
            "lib/libc.so": layer_tars.file(b"c" * 100),
            "usr/share/doc": layer_tars.file(b"d" * 1000),
            "link": layer_tars.symlink("lib/libc.so"),
        },
        {"srv/twice.py": layer_tars.file(b"b" * 7), ".wh.usr": layer_tars.file()},
    )
    found = opened.values(tree, ["/srv/app.py", "/srv/twice.py", "/proc/1/maps", "/usr/share/doc"])
    assert found == {"files_in_image": 3, "files_opened": 2, "opened_bytes": 17}


def test_the_hook_is_put_where_python_looks_first() -> None:
    config = {"Env": ["PATH=/bin", "PYTHONPATH=/srv/lib"]}
    assert opened._search_path(config) == "/docker-advices-hook:/srv/lib"
    assert opened._search_path({}) == "/docker-advices-hook"
    with tarfile.open(fileobj=BytesIO(opened._hook())) as tar:
        assert {m.name: oct(m.mode) for m in tar.getmembers()} == {
            "docker-advices-hook": "0o755",
            "docker-advices-hook/sitecustomize.py": "0o644",
        }


def test_what_is_printed_is_json(tmp_path: Path) -> None:
    code = program("opened").replace("/dev/shm", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) is None
    (tmp_path / "opened.1").write_text(f"{tmp_path}/x/../y\n")
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert f"{tmp_path}/y" in found
    assert found == sorted(found)
