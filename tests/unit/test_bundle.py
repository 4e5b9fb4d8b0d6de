"""A bundle is written whole or not at all, and nothing of one that is not as written is used."""

from __future__ import annotations

import errno
import hashlib
import io
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from saved_images import images, tar_of

from advices.core import BundleRefused, DiskFull, FileRefused
from advices.offline import archive
from advices.offline.archive import BundledImage, Manifest
from advices.packages.shelf import PackageFile, Shelf, sha256_of

LAYER = "sha256:" + "a" * 64
WHEEL = b"a wheel" * 1000
LONG = "x" * 90 + "-1-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"


def manifest() -> Manifest:
    """Return what a bundle of one image and one package file holds."""
    image = BundledImage(
        name="python:3.14",
        kind="official",
        tag="python:3.14",
        identity="python@sha256:1",
        id=LAYER,
        layers=(LAYER,),
    )
    sha256 = hashlib.sha256(WHEEL).hexdigest()
    package = PackageFile(project="some", name=LONG, sha256=sha256, size_bytes=len(WHEEL))
    return Manifest(
        toolkit_version="1",
        date="2026-01-01",
        platform="linux/amd64",
        images=(image,),
        shelf=Shelf(server="python:3.14", labs={"a": "b"}, files=(package,)),
    )


def saved(file: Path, content: bytes = b"") -> None:
    """Write that bundle."""
    wheel = (archive.part_name("some", LONG), [WHEEL[:9], WHEEL[9:]])
    archive.write(file, manifest(), [(archive.IMAGES, [content or images()]), wheel])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    saved(tmp_path / "x.bundle")
    return tmp_path / "x.bundle"


def refusal(file: Path) -> str:
    with pytest.raises(BundleRefused) as raised, archive.opened(file):
        pytest.fail("it was let in")
    assert raised.value.exit_code == 34
    assert raised.value.why
    assert raised.value.next_step
    return raised.value.what


def test_what_was_written_is_read(file: Path, tmp_path: Path) -> None:
    with archive.opened(file) as found:
        assert found.open(archive.part_name("some", LONG)).read() == WHEEL
        assert found.open(archive.IMAGES).read() == images()
        assert found.manifest.images[0].tag == "python:3.14"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["x.bundle"]


def test_other_programs_read_it_and_verify_it(file: Path) -> None:
    subprocess.run(["tar", "-xf", file], cwd=file.parent, check=True)
    subprocess.run(["sha256sum", "--check", "--strict", archive.SUMS], cwd=file.parent, check=True)
    assert (file.parent / archive.IMAGES).read_bytes() == images()


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_a_bit_that_differs_is_refused_wherever_it_is(file: Path) -> None:
    with tarfile.open(file) as tar:
        members = tar.getmembers()
    assert len(members) == 4
    content = file.read_bytes()
    for member in members:
        # Names and contents; dates and owners of a header decide nothing.
        for at in (member.offset, member.offset_data, member.offset_data + member.size - 2):
            hurt = file.with_name("hurt")
            hurt.write_bytes(flipped(content, at))
            said = refusal(hurt)
            if at > member.offset_data and member.name != archive.SUMS:
                assert f"is damaged: the digest of `{member.name}`" in said


def test_a_file_that_ends_early_is_refused(file: Path) -> None:
    with tarfile.open(file) as tar:
        last = tar.getmember(archive.SUMS)
    content = file.read_bytes()[: last.offset_data + last.size]
    for length in {*range(1600, len(content), 5_003), last.offset, len(content) - 1}:
        hurt = file.with_name("hurt")
        hurt.write_bytes(content[:length])
        said = refusal(hurt)
        assert "is incomplete" in said, length


@pytest.mark.parametrize(
    "content",
    [
        *(b"", bytes(10240), b"PK\x03\x04 something", images(), tar_of({archive.MANIFEST: b"{}"})),
        tar_of({archive.MANIFEST: b'{"kind": "other", "format": 1}'}),
    ],
)
def test_a_file_of_somebody_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert "is not a bundle" in refusal(tmp_path / "x")


def test_another_format_is_told(tmp_path: Path) -> None:
    head = b'{"kind": "docker-advices-bundle", "format": 1}'
    (tmp_path / "x").write_bytes(tar_of({archive.MANIFEST: head}))
    assert "has format 1, and this toolkit reads format 2" in refusal(tmp_path / "x")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read"), archive.opened(tmp_path / "no"):
        pytest.fail("it was let in")


def rewritten(
    file: Path,
    change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], object],
    *,
    listed: bool = False,
) -> None:
    """Write a bundle anew, its entries changed, and its list of digests as well if so `listed`."""
    with tarfile.open(file) as tar:
        entries = [(one, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]
    change(entries)
    if listed:
        lines = [f"{hashlib.sha256(text).hexdigest()}  {one.name}\n" for one, text in entries[:-1]]
        entries[-1] = (entries[-1][0], "".join(lines).encode())
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in entries:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("name", ["../outside", "/etc/cron.d/x", "packages/a/../../x", "more"])
def test_a_file_that_the_manifest_does_not_name_is_refused(
    file: Path, name: str, listed: bool
) -> None:
    rewritten(file, lambda all_: all_.insert(2, (tarfile.TarInfo(name), b"x")), listed=listed)
    where = "its manifest" if listed else "SHA256SUMS"
    assert f"the digest of `{name}` is not the one in {where}" in refusal(file)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_a_file_that_is_missing_is_refused(file: Path, number: int, listed: bool) -> None:
    rewritten(file, lambda entries: entries.pop(number), listed=listed)
    assert "the digest of `" in refusal(file)


def test_a_package_that_is_not_the_one_of_the_manifest_is_refused(file: Path) -> None:
    def other(entries: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entries[2] = (entries[2][0], b"another wheel")

    rewritten(file, other, listed=True)
    assert f"the digest of `packages/some/{LONG}` is not the one in its manifest" in refusal(file)


def test_a_manifest_with_a_name_that_leads_out_is_refused(file: Path) -> None:
    def other(entries: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entries[0] = (entries[0][0], entries[0][1].replace(b'"some"', b'".."'))

    rewritten(file, other, listed=True)
    assert "has something unknown at shelf.files.0.project" in refusal(file)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_links_and_folders_are_refused(file: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("packages")
    info.type, info.linkname = kind, "/etc"
    rewritten(file, lambda entries: entries.insert(2, (info, b"")))
    assert "is not a plain file" in refusal(file)


def test_a_file_that_is_there_twice_is_refused(file: Path) -> None:
    rewritten(file, lambda entries: entries.insert(2, entries[1]))
    assert "there twice" in refusal(file)


@pytest.mark.parametrize(
    ("project", "name"),
    [("..", "x-1.whl"), ("a/b", "x-1.whl"), ("a", "../x.whl"), ("a", "x.sh"), ("a", ".x.whl")],
)
def test_no_name_leads_out_of_the_shelf(project: str, name: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        PackageFile(project=project, name=name, sha256="0" * 64, size_bytes=1)


@pytest.mark.parametrize("tag", ["python", "python@" + LAYER, "a b:1", "../x:1", "-x:1"])
def test_only_a_plain_tag_is_given(tag: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        BundledImage(name="x", kind="official", tag=tag, identity="x", id=LAYER, layers=())


@pytest.mark.parametrize("content", [images(["python:3.14"]), images(noted="python:3.14")])
def test_images_with_names_of_their_own_are_refused(tmp_path: Path, content: bytes) -> None:
    saved(tmp_path / "x", content)
    assert "bring their own names: python:3.14" in refusal(tmp_path / "x")


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
def test_a_save_that_is_broken_off_leaves_the_old_file(file: Path, fault: BaseException) -> None:
    before = sha256_of(file)

    def parts() -> Iterator[tuple[str, list[bytes]]]:
        yield archive.IMAGES, [b"half"]
        raise fault

    with pytest.raises(DiskFull if isinstance(fault, OSError) else KeyboardInterrupt):
        archive.write(file, manifest(), parts())
    assert sha256_of(file) == before
    assert [one for one in file.parent.iterdir() if one.name.endswith(".half")] == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be written"):
        saved(tmp_path / "no" / "x.bundle")
