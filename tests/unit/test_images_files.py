"""Listings of layers and what a container sees of them, over archives made here."""

from __future__ import annotations

import pytest
from layer_tars import file, folder, hardlink, listed, symlink, tree

from advices.images import Entry, Tree

# What a container sees


def paths(found: Tree) -> set[str]:
    return {path for path, seen in found.seen.items() if seen.entry.kind != "folder"}


def test_later_layers_lie_over_earlier_ones() -> None:
    found = tree({"./a/": folder(), "./a/x": file(b"1")}, {"a/x": file(b"22"), "b": file()})
    assert paths(found) == {"a/x", "b"}
    assert (found.seen["a/x"].entry.size, found.seen["a/x"].layer) == (2, 1)


def test_a_whiteout_deletes_a_file_and_a_whole_folder() -> None:
    low = {"a/x": file(b"1"), "a/xy": file(b"1"), "d/e/f": file(b"1"), "d2/x": file()}
    found = tree(low, {"a/.wh.x": file(), ".wh.d": file()})
    assert paths(found) == {"a/xy", "d2/x"}
    assert "d" not in found.seen
    assert "d/e" not in found.seen


@pytest.mark.parametrize("first", ["mark", "file"])
def test_a_whiteout_deletes_below_its_own_layer_only(first: str) -> None:
    members = {"d/.wh..wh..opq": file(), "d/new": file(b"new")}
    if first == "file":
        members = dict(reversed(members.items()))
    found = tree({"d/old": file(b"old"), "d/sub/old": file(), "e/old": file()}, members)
    assert paths(found) == {"d/new", "e/old"}


def test_what_was_deleted_can_come_back() -> None:
    found = tree({"x": file(b"1")}, {".wh.x": file()}, {"x": file(b"333")})
    assert found.seen["x"].entry.size == 3


def test_a_file_or_link_in_place_of_a_folder_hides_what_was_in_it() -> None:
    found = tree({"d/x": file(b"1"), "f/x": file(b"1")}, {"d": symlink("e"), "f": folder()})
    assert paths(found) == {"d", "f/x"}
    assert paths(tree({"d": file(b"1")}, {"d": folder(), "d/x": file()})) == {"d/x"}


# Bytes


def by_top_folder(entry: Entry) -> str:
    return entry.path.split("/")[0]


def test_bytes_count_once_each_seen_or_hidden() -> None:
    found = tree(
        {"a/kept": file(b"1"), "a/gone": file(b"22"), "a/new": file(b"333")},
        {"a/new": file(b"4444"), "a/.wh.gone": file(), "b/x": file(b"55555")},
    )
    assert found.bytes_by(by_top_folder, "hidden") == {"a": 1 + 4, "hidden": 2 + 3, "b": 5}


def test_hard_links_count_once_by_the_name_that_is_seen() -> None:
    links = {"a/one": file(b"12345"), "b/two": hardlink("a/one"), "c/3": hardlink("b/two")}
    assert tree(links).bytes_by(by_top_folder, "hidden") == {"a": 5}
    gone = {"a/.wh.one": file()}
    assert tree(links, gone).bytes_by(by_top_folder, "hidden") == {"b": 5}
    gone |= {"b/.wh.two": file(), ".wh.c": file()}
    assert tree(links, gone).bytes_by(by_top_folder, "hidden") == {"hidden": 5}


def test_a_change_of_mode_holds_the_bytes_twice() -> None:
    found = tree({"a/x": file(b"12345")}, {"a/x": file(b"12345", 0o600)})
    assert found.bytes_by(by_top_folder, "hidden") == {"a": 5, "hidden": 5}


def test_causes_add_up_to_the_bytes_on_disk() -> None:
    layers = (
        {"a/x": file(b"12345"), "a/link": hardlink("a/x"), "l": symlink("a/x"), "b": file(b"1")},
        {"a/x": file(b"12345", 0o600), ".wh.b": file(), "lost": hardlink("nowhere")},
    )
    by_cause = tree(*layers).bytes_by(by_top_folder, "hidden")
    assert sum(by_cause.values()) == sum(listed(layer).disk_bytes for layer in layers) == 11


# Programs


def test_what_can_be_executed() -> None:
    found = tree(
        {
            "usr/bin/plain": file(b"", 0o755),
            "usr/bin/text": file(b"", 0o644),
            "usr/bin/only-root": file(b"", 0o700),
            "usr/bin/near": symlink("plain"),
            "usr/bin/far": symlink("/etc/alternatives/far"),
            "etc/alternatives/far": symlink("../../usr/bin/plain"),
            "usr/bin/not": symlink("text"),
            "usr/bin/nowhere": symlink("/none"),
            "usr/bin/loop": symlink("loop"),
            "usr/bin/folder": folder(),
            "usr/bin/hard": hardlink("usr/bin/plain", 0o755),
            "usr/bin/sub/deep": file(b"", 0o755),
            "bin": symlink("usr/bin"),
            "opt/bin/plain": file(b"", 0o755),
            "opt/bin/more": file(b"", 0o755),
        }
    )
    plain = "usr/bin/plain"
    usr = {name: plain for name in ("plain", "near", "far")}
    usr |= {"only-root": "usr/bin/only-root", "hard": "usr/bin/hard"}
    assert found.executables(["/usr/bin"]) == usr
    assert found.executables(["/bin", "/usr/bin/", "/missing"]) == usr
    both = found.executables(["/opt/bin", "/usr/bin"])
    assert both == usr | {"plain": "opt/bin/plain", "more": "opt/bin/more"}


def test_a_path_leads_through_symlinks() -> None:
    found = tree({"a/b/c": file(), "l": symlink("a/./b/../b"), "up": symlink("../../a")})
    assert found.resolve("/l/c") == "a/b/c"
    assert found.resolve("up/b") == "a/b"
    assert found.resolve("/") == ""
    assert found.resolve("l/none") is None


# Package databases

STATUS = """\
Package: libc6
Status: install ok installed
Section: libs
Description: with a
 Status: install ok installed

Package: gcc-14
Status: install ok installed
Section: devel

Package: gone
Status: deinstall ok config-files
Section: devel

Package: libc6-dev
Status: install ok installed
Section: contrib/libdevel
"""


def test_packages_are_those_of_the_databases_that_are_seen() -> None:
    short = STATUS.partition("\n\n")[0].encode()
    assert tree({"var/lib/dpkg/status": file(short)}).packages() == 1
    both = {"var/lib/dpkg/status": file(short)}, {"var/lib/dpkg/status": file(STATUS.encode())}
    assert tree(*both).packages() == 3
    assert tree(*both, {"var/lib/dpkg/.wh.status": file()}).packages() == 0
    apk = b"C:Q1=\nP:musl\nV:1\n\nC:Q2=\nP:zlib\nV:1\n"
    assert tree({"lib/apk/db/installed": file(apk)}).packages() == 2
    less = {"tzdata": file(b"Package: tzdata"), "tzdata.md5sums": file(b"0"), "libc6": file(b"P")}
    assert tree({f"var/lib/dpkg/status.d/{k}": v for k, v in less.items()}).packages() == 2


def test_build_tools_are_the_files_of_packages_for_building() -> None:
    found = listed(
        {
            "lib/x.o": file(b"1"),
            "usr/lib/y.o": file(b"1"),
            "usr/bin/gcc": file(b"1"),
            "usr/bin/other": file(b"1"),
            "usr/lib/libc.so.6": file(b"1"),
            "var/lib/dpkg/info/gcc-14.list": file(b"/.\n/usr\n/usr/bin\n/usr/bin/gcc\n"),
            "var/lib/dpkg/info/gone.list": file(b"/usr/bin/other\n"),
            "var/lib/dpkg/info/libc6.list": file(b"/usr/lib/libc.so.6\n"),
            "var/lib/dpkg/info/libc6-dev:amd64.list": file(b"/lib/x.o\n/lib/y.o\n"),
            "var/lib/dpkg/status": file(STATUS.encode()),
        }
    )
    tools = {entry.path for entry in found.entries if entry.build_tool}
    assert tools == {"lib/x.o", "usr/lib/y.o", "usr/bin/gcc"}
