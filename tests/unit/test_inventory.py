"""What the lists in an image name, what they miss, and the SBOM that is made of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from layer_tars import FakeEngine, file, image_of, layer_tar, new_layout
from pydantic import ValidationError

from advices import cli
from advices.core import BaseUnavailable
from advices.images import Inventory, LayerMemory, cyclonedx, inventory_of
from advices.images.sbom import fault_of
from advices.lab import Fixes
from advices.probes import inventory
from advices.workshop import workshop

SITE = "usr/local/lib/python3.14/site-packages"
STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41-12
Description: C library
 Version: of a continued line

Package: gone
Status: deinstall ok config-files
Version: 1
"""
AUDITWHEEL = {
    "metadata": {"component": {"purl": "pkg:pypi/psycopg_binary@3.3?file_name=a.whl"}},
    "components": [
        {"name": "psycopg_binary", "version": "3.3", "purl": "pkg:pypi/psycopg_binary@3.3#c/x"},
        {"name": "krb5", "version": "1.21", "purl": "pkg:rpm/centos/krb5@1.21"},
        {"name": "Little CMS 2", "version": "2.19"},
        {"name": "without-version"},
        {"name": "odd", "version": "1", "purl": "no package URL"},
    ],
}


def distribution(name: str, version: str, *files: str) -> dict[str, Any]:
    folder = f"{SITE}/{name}-{version}.dist-info"
    record = "".join(f"{one},sha256=x,1\n" for one in files)
    return {
        f"{folder}/METADATA": file(f"Name: {name}\nVersion: {version}\n\nVersion: 9\n".encode()),
        f"{folder}/RECORD": file(f"{record}{name}-{version}.dist-info/METADATA,,\n".encode()),
    }


LOWER = {
    "etc/os-release": file(b'ID=debian\nVERSION_ID="13"\n'),
    "var/lib/dpkg/status": file(STATUS.encode()),
    "usr/local/lib/python3.14/os.py": file(),
    **distribution("Django", "5.2.8", "django/__init__.py", "../../../bin/django-admin"),
    **distribution("pip", "26.3", "pip/__init__.py"),
}
UPPER = {
    **distribution("psycopg_binary", "3.3", "psycopg_binary/__init__.py"),
    f"{SITE}/psycopg_binary-3.3.dist-info/sboms/auditwheel.cdx.json": file(
        json.dumps(AUDITWHEEL).encode()
    ),
    f"{SITE}/psycopg_binary.libs/libkrb5-f18b.so.3.3": file(b"x"),
    f"{SITE}/psycopg_binary.libs/libcrypto-3a06.so.3": file(b"x"),
}


def read(*layers: dict[str, Any], folder: Any) -> Inventory:
    tars = [layer_tar(layer) for layer in layers]
    engine: Any = FakeEngine(new_layout(tars))
    return inventory_of(engine, image_of(tars), frozenset(), LayerMemory(folder))


def names(found: Inventory) -> dict[str, str]:
    return {one.purl: one.listed_in for one in found.components}


def test_every_kind_of_list_is_read(tmp_path: Any) -> None:
    found = read(LOWER, UPPER, folder=tmp_path)
    sbom = f"{SITE}/psycopg_binary-3.3.dist-info/sboms/auditwheel.cdx.json"
    assert names(found) == {
        "pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13": "var/lib/dpkg/status",
        "pkg:generic/Little%20CMS%202@2.19": sbom,
        "pkg:generic/odd@1": sbom,
        "pkg:pypi/django@5.2.8": f"{SITE}/Django-5.2.8.dist-info/METADATA",
        "pkg:pypi/pip@26.3": f"{SITE}/pip-26.3.dist-info/METADATA",
        "pkg:pypi/psycopg-binary@3.3": f"{SITE}/psycopg_binary-3.3.dist-info/METADATA",
        "pkg:rpm/centos/krb5@1.21": sbom,
    }
    assert found.python == "3.14"
    assert inventory.counted(found) == {
        "components": 7,
        "listed_system_packages": 1,
        "listed_distributions": 3,
        "bundled_libraries": 2,
        "bundled_components": 3,
    }


def test_a_list_that_a_later_layer_deletes_or_replaces_does_not_count(tmp_path: Any) -> None:
    gone = {
        "var/lib/.wh.dpkg": file(),
        f"{SITE}/.wh.Django-5.2.8.dist-info": file(),
        f"{SITE}/pip-26.3.dist-info/METADATA": file(b"Name: pip\nVersion: 27\n"),
    }
    found = read(LOWER, gone, folder=tmp_path)
    assert set(names(found)) == {"pkg:pypi/pip@27"}


def test_lists_of_alpine_and_of_distroless_images(tmp_path: Any) -> None:
    layer = {
        "etc/os-release": file(b"ID=alpine\nVERSION_ID=3.22.1\n"),
        "lib/apk/db/installed": file(b"P:musl\nV:1.2.5-r10\nA:x86_64\n\nP:zlib\nV:1.3\n\n"),
        "var/lib/dpkg/status.d/tzdata": file(b"Package: tzdata\nVersion: 2026b\n"),
        "var/lib/dpkg/status.d/tzdata.md5sums": file(b"Package: no\nVersion: 1\n"),
    }
    assert set(names(read(layer, folder=tmp_path))) == {
        "pkg:apk/alpine/musl@1.2.5-r10?arch=x86_64&distro=alpine-3.22.1",
        "pkg:apk/alpine/zlib@1.3?distro=alpine-3.22.1",
        "pkg:deb/alpine/tzdata@2026b?distro=alpine-3.22.1",
    }


@pytest.mark.parametrize(
    "text", [b"", b"no JSON", b"[]", b'{"metadata": {}}', b'{"spdxVersion": 2}']
)
def test_an_sbom_of_another_kind_names_nothing(tmp_path: Any, text: bytes) -> None:
    layer = {f"{SITE}/a-1.dist-info/sboms/a.spdx.json": file(text)}
    assert read(layer, folder=tmp_path).components == ()


LOCK = """\
django==5.2.8 \\
    --hash=sha256:00
psycopg-binary==3.3 ; implementation_name != 'pypy'
typing-extensions==4 ; python_full_version < '3.13'
tzdata==2026.6 ; sys_platform == 'win32'
"""


def test_what_a_lock_installs_here_must_be_named_at_that_version(tmp_path: Any) -> None:
    lock = inventory.locked(LOCK, "3.14")
    assert lock == {"django": "5.2.8", "psycopg-binary": "3.3"}
    assert "typing-extensions" in inventory.locked(LOCK, "3.12")
    whole = read(LOWER, UPPER, folder=tmp_path)
    assert inventory.not_named(lock, whole) == []
    assert inventory.not_named(lock, read(LOWER, folder=tmp_path)) == ["psycopg-binary"]
    assert inventory.not_named({"django": "5.2.9"}, whole) == ["django"]
    assert inventory.not_named({"django": ""}, whole) == []
    # pip --target --upgrade leaves the old metadata beside the new.
    twice = read(LOWER, distribution("Django", "5.2.9"), folder=tmp_path)
    assert inventory.not_named({"django": "5.2.8"}, twice) == ["django"]


def test_a_package_without_a_name_lacks_no_fix_that_anybody_sees(tmp_path: Any) -> None:
    known = {"django": {"5.2.8": ("CVE-1",), "5.2.9": ("CVE-2", "CVE-3"), "5.2.10": ("CVE-4",)}}
    fixes = Fixes(source="notes", date="2026-01-01", packages=known)
    assert inventory.missing(read(LOWER, folder=tmp_path), fixes) == ["CVE-2", "CVE-3", "CVE-4"]
    assert inventory.missing(read(UPPER, folder=tmp_path), fixes) == []
    newer = {
        **LOWER,
        f"{SITE}/Django-5.2.8.dist-info/METADATA": file(b"Name: Django\nVersion: 5.2.10\n"),
    }
    assert inventory.missing(read(newer, folder=tmp_path), fixes) == []


@pytest.mark.parametrize(
    ("packages", "fault"),
    [
        ({"django": {"five": ("CVE-1",)}}, "not the number of a release"),
        ({"django": {"5": ("CVE-1",), "6": ("CVE-1",)}}, "twice"),
    ],
)
def test_fixes_are_read_strictly(packages: Any, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Fixes(source="notes", date="2026-01-01", packages=packages)


def test_origin_is_three_labels_that_are_not_empty() -> None:
    labels = {f"org.opencontainers.image.{name}": "x" for name in ("source", "revision", "title")}
    assert inventory.origin(labels) == ["source", "revision"]
    assert inventory.origin({**labels, "org.opencontainers.image.revision": " "}) == ["source"]


def test_a_package_is_idle_if_none_of_its_files_was_opened(tmp_path: Any) -> None:
    found = read(LOWER, UPPER, folder=tmp_path)
    # Its metadata is read by those who ask for a version: that is no use of the package.
    opened = [f"/{SITE}/django/__init__.py", f"/{SITE}/pip-26.3.dist-info/METADATA"]
    assert inventory.idle(found, opened) == ["pip", "psycopg_binary"]
    assert inventory.idle(found, ["/usr/local/bin/django-admin"]) == ["pip", "psycopg_binary"]


def document(found: Inventory, **labels: str) -> Any:
    given = {f"org.opencontainers.image.{key}": value for key, value in labels.items()}
    return json.loads(cyclonedx(found, "my-app", "sha256:1", {**given, "other": "x"}))


def test_the_sbom_has_each_component_and_fits_the_schema(tmp_path: Any) -> None:
    found = read(LOWER, UPPER, folder=tmp_path)
    made = document(found, revision="6cbf13f", source="")
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert {one["purl"] for one in made["components"]} == set(names(found))
    about = made["metadata"]["component"]
    assert (about["type"], about["name"], about["version"]) == ("container", "my-app", "sha256:1")
    (revision,) = about["properties"]
    assert revision == {"name": "org.opencontainers.image.revision", "value": "6cbf13f"}
    assert fault_of(json.dumps(made)) == ""
    assert document(read({}, folder=tmp_path)).get("components", []) == []


def test_a_document_that_does_not_fit_the_schema_is_refused(tmp_path: Any) -> None:
    made = document(read(LOWER, folder=tmp_path))
    made["components"][0]["type"] = "thing"
    assert "thing" in fault_of(json.dumps(made))


class OneImage(FakeEngine):
    """An engine that has one image, by the name my-app."""

    def __init__(self, layers: list[bytes]) -> None:
        super().__init__(new_layout(layers))
        labels = {"org.opencontainers.image.revision": "6cbf13f"}
        self.found = image_of(layers, Config={"Labels": labels})

    def image(self, reference: str) -> object:
        return self.found if reference == "my-app" else None


@pytest.fixture
def sbom(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs `advices sbom`, and returns its exit code."""
    engine = OneImage([layer_tar(LOWER), layer_tar(UPPER)])
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setattr(workshop, "connect", lambda: engine)

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["advices", "sbom", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return run


def test_the_command_prints_the_document_and_nothing_else(
    sbom: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sbom("my-app") == 0
    printed = capsys.readouterr().out
    assert fault_of(printed) == ""
    made = json.loads(printed)
    assert len(made["components"]) == 7
    assert made["metadata"]["component"]["properties"][0]["value"] == "6cbf13f"
    assert sbom("my-app", "--output", str(tmp_path / "sbom.json")) == 0
    assert capsys.readouterr().out == ""
    assert fault_of((tmp_path / "sbom.json").read_text("utf-8")) == ""


def test_an_image_that_is_not_there_has_no_sbom(
    sbom: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert sbom("no-such-image") == BaseUnavailable.exit_code
    error = capsys.readouterr().err
    assert error.startswith("error: there is no image `no-such-image` on this engine\nwhy: ")
