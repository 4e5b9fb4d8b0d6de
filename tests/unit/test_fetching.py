"""Fetched are the files that a build asks for, what they need, and nothing with a wrong digest."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from advices.core import PackageMissing
from advices.packages import download, shelf
from advices.packages.download import Fetcher
from advices.packages.selection import Target, Wanted

TARGET = Target(
    ("py3-none-any",),
    {"python_full_version": "3.13.5", "python_version": "3.13", "sys_platform": "linux"},
)


def wheel(name: str, *needs: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        lines = [f"Requires-Dist: {need}\n" for need in needs]
        made.writestr(f"{name}-1.dist-info/METADATA", f"Name: {name}\n{''.join(lines)}\n")
    return sink.getvalue()


def sdist(name: str, requires: list[str] | None, needs: str = "") -> bytes:
    sink = io.BytesIO()
    files = {f"{name}-1/PKG-INFO": f"Name: {name}\nRequires-Dist: {needs}\n" if needs else "x: y\n"}
    if requires is not None:
        files[f"{name}-1/pyproject.toml"] = f"[build-system]\nrequires = {json.dumps(requires)}\n"
    with tarfile.open(fileobj=sink, mode="w:gz") as made:
        for path, text in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(text)
            made.addfile(info, io.BytesIO(text.encode()))
    return sink.getvalue()


FILES = {
    "top": ("top-1-py3-none-any.whl", wheel("top", "leaf>=1", "no; sys_platform == 'win32'")),
    "leaf": ("leaf-1-py3-none-any.whl", wheel("leaf", "more; extra == 'all'", "not a need")),
    "more": ("more-1-py3-none-any.whl", wheel("more")),
    "source": ("source-1.tar.gz", sdist("source", ["builder>0"], "leaf")),
    "bare": ("bare-1.tar.gz", sdist("bare", None)),
    "builder": ("builder-1-py3-none-any.whl", wheel("builder")),
    "setuptools": ("setuptools-80-py3-none-any.whl", wheel("setuptools")),
}


@pytest.fixture
def index() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Serve an index; give its address, what was asked of it, and digests to lie about."""
    asked: list[str] = []
    lies: dict[str, str] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            _, _, project, *rest = self.path.split("/")
            name, content = FILES.get(project, ("", b""))
            if rest == [""] and name:
                digest = lies.get(project) or hashlib.sha256(content).hexdigest()
                file = {"filename": name, "url": name, "hashes": {"sha256": digest}}
                content = json.dumps({"files": [file]}).encode()
            self.send_response(200 if name else 404)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index", asked, lies
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(url: str, scratch: Path, *wanted: Wanted) -> list[str]:
    found = Fetcher(url, scratch, lambda _: None).fetch(wanted, TARGET)
    assert all(map(shelf.is_there, found))
    return sorted(one.project for one in found)


def locked(name: str) -> Wanted:
    return Wanted(name, frozenset({hashlib.sha256(FILES[name][1]).hexdigest()}))


@pytest.mark.parametrize(
    ("wanted", "projects"),
    [
        (Wanted("top"), ["leaf", "top"]),
        (Wanted("leaf[all]"), ["leaf", "more"]),
        (Wanted("source"), ["builder", "leaf", "source"]),
        (Wanted("bare"), ["bare", "setuptools"]),
        (Wanted("no; sys_platform == 'win32'"), []),
        (locked("top"), ["top"]),
        (locked("source"), ["builder", "source"]),
    ],
)
def test_what_is_needed_comes_along(
    index: tuple[str, list[str], dict[str, str]],
    tmp_path: Path,
    wanted: Wanted,
    projects: list[str],
) -> None:
    assert fetched(index[0], tmp_path, wanted) == projects


def test_what_is_there_is_not_fetched_again(
    index: tuple[str, list[str], dict[str, str]], tmp_path: Path
) -> None:
    url, asked, _ = index
    fetched(url, tmp_path, Wanted("top"))
    asked.clear()
    assert fetched(url, tmp_path, Wanted("top")) == ["leaf", "top"]
    assert sorted(asked) == ["/index/leaf/", "/index/top/"]


def test_a_file_with_another_digest_is_refused(
    index: tuple[str, list[str], dict[str, str]], tmp_path: Path
) -> None:
    url, _, lies = index
    lies["more"] = "0" * 64
    with pytest.raises(PackageMissing, match="a different digest"):
        fetched(url, tmp_path, Wanted("more"))
    assert not (shelf.folder() / "index" / "more").exists()


def test_what_the_index_does_not_have_is_told(
    index: tuple[str, list[str], dict[str, str]], tmp_path: Path
) -> None:
    with pytest.raises(PackageMissing, match="sent no gone/"):
        fetched(index[0], tmp_path, Wanted("gone"))
    with pytest.raises(PackageMissing, match="no file for `more>2`"):
        fetched(index[0], tmp_path, Wanted("more>2"))


def test_an_index_that_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(PackageMissing, match="sent no top/"):
        fetched("http://127.0.0.1:1/index", tmp_path, Wanted("top"))


def test_a_sdist_that_is_a_zip(tmp_path: Path) -> None:
    file = tmp_path / "x-1.zip"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("x-1/pyproject.toml", '[build-system]\nrequires = ["b"]\n')
    assert download.build_needs(file) == ["b"]
    assert download.run_needs(file, TARGET, ()) == []
