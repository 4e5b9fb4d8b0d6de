"""What a set of images weighs, and what an image whose program cannot start is answered."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from container_programs import printed
from layer_tars import file, layer_tar
from memory_engine import MemoryEngine

from advices.core import NeverAnswered
from advices.engine.buildx import BuildOrder
from advices.engine.records import Image
from advices.images.memory import LayerMemory
from advices.probes import image_set
from advices.probes.subject import Subject
from advices.results.record import Layer

INSIDE = Path(image_set.__file__).parent / "inside" / "image_set_check.py"


SHARED = layer_tar({"base": file(b"b" * 300)})


def layer(name: str, size: int) -> Layer:
    """Return a layer of `size` bytes on disk and a third of them to transfer."""
    return Layer(
        diff_id=f"sha256:{name}",
        created_by=name,
        disk_bytes=size,
        transfer_bytes=size // 3,
        from_base=False,
    )


BASE, INSTALL, CODE = layer("base", 300), layer("install", 90), layer("code", 9)


def weighed(*images: list[Layer]) -> dict[str, int]:
    return dict(image_set.weigh(images))


def test_one_image_shares_nothing() -> None:
    assert weighed([BASE, INSTALL]) == {
        "images": 1,
        "sum_disk_bytes": 390,
        "set_disk_bytes": 390,
        "sum_transfer_bytes": 130,
        "set_transfer_bytes": 130,
        "shared_transfer_bytes": 0,
    }


def test_a_layer_that_two_images_stand_on_counts_once() -> None:
    found = weighed([BASE, INSTALL, CODE], [BASE, INSTALL])
    assert found["sum_disk_bytes"] == 789
    assert found["set_disk_bytes"] == 399
    assert found["sum_transfer_bytes"] == 263
    assert found["set_transfer_bytes"] == 133
    assert found["shared_transfer_bytes"] == 130


def test_on_disk_a_layer_is_shared_only_above_the_same_layers() -> None:
    found = weighed([BASE, CODE], [BASE, INSTALL, CODE])
    assert found["set_transfer_bytes"] == 133, "the code is fetched once"
    assert found["set_disk_bytes"] == 300 + 90 + 9 + 9, "and unpacked twice"


def subject(engine: MemoryEngine, tmp_path: Path) -> Subject:
    """Return a subject with two stages besides the last, on an engine that builds them."""
    (tmp_path / "context").mkdir()
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM base\n")
    engine.add("base", SHARED)
    engine.content = lambda order: {f"srv/{order.target}": file(b"x" * 30)}

    def build_target(name: str) -> Image:
        order = BuildOrder(dockerfile, tmp_path / "context", name, {"base": "base"}, target=name)
        engine.build(order)
        image = engine.image(name)
        assert image is not None
        return image

    made: Any = SimpleNamespace(
        engine=engine,
        workshop=SimpleNamespace(memory=LayerMemory(tmp_path / "cache")),
        lab=SimpleNamespace(slug="shared-layers"),
        variant="good",
        targets=("worker", "report"),
        image=build_target("web"),
        base_ids=frozenset(),
        run_id="run-1",
        build_target=build_target,
    )
    return cast(Subject, made)


def test_every_other_stage_is_built_and_its_program_checked(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda *_: printed())
    found = image_set.probe(subject(engine, tmp_path))
    assert [order.target for order in engine.orders] == ["web", "worker", "report"]
    ran = [engine.image(name) for name in ("worker", "report")]
    assert [one.image for one in engine.started] == [image.id for image in ran if image]
    assert len(engine.saves) == 1, "all images are read at once"
    assert found.values["images"] == 3
    assert found.values["set_disk_bytes"] == 300 + 3 * 30
    assert found.values["sum_disk_bytes"] == 3 * (300 + 30)


def test_a_program_that_cannot_start_is_an_error_with_its_last_lines(tmp_path: Path) -> None:
    printed_last = "one\n" * 20 + "No module named 'django'\n"
    engine = MemoryEngine(lambda *_: printed(exit_code=1, stderr=printed_last))
    with pytest.raises(NeverAnswered, match=r"`worker` cannot start[^$]*No module named") as told:
        image_set.probe(subject(engine, tmp_path))
    assert told.value.what.count("one") == 5


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder for the program that runs in a container."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", ["-c"])
    return tmp_path


def test_a_django_project_checks_itself(inside: Path) -> None:
    (inside / "manage.py").write_text("import sys\nsys.exit(' '.join(sys.argv))\n", "utf-8")
    with pytest.raises(SystemExit) as told:
        runpy.run_path(str(INSIDE))
    assert told.value.code == "manage.py check"


def test_modules_of_another_project_must_import(inside: Path) -> None:
    (inside / "gunicorn.conf.py").write_text("raise RuntimeError\n", "utf-8")
    (inside / "set_check_fine.py").write_text("", "utf-8")
    runpy.run_path(str(INSIDE))
    (inside / "set_check_torn.py").write_text("import no_such_package\n", "utf-8")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        runpy.run_path(str(INSIDE))


def test_an_empty_folder_holds_no_program(inside: Path) -> None:
    with pytest.raises(SystemExit, match="no program"):
        runpy.run_path(str(INSIDE))
