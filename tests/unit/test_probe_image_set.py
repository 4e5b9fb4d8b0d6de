"""What a set of images weighs, and what an image whose program cannot start is answered."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from advices.core.errors import NeverAnswered
from advices.engine.start import Once
from advices.probes import image_set
from advices.probes.subject import Subject
from advices.results.record import Layer

INSIDE = Path(image_set.__file__).parent / "inside" / "image_set_check.py"


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


def subject(once: Once, monkeypatch: pytest.MonkeyPatch) -> tuple[Subject, list[str]]:
    """Return a subject with two stages besides the last, and what was built and run."""
    did: list[str] = []

    def run_once(image: str, **_: object) -> Once:
        did.append(f"run {image}")
        return once

    def build_target(name: str) -> Any:
        did.append(f"build {name}")
        return SimpleNamespace(id=name)

    def layers(_engine: object, image: Any, *_: object) -> list[Layer]:
        return [BASE, layer(image.id, 30)]

    def learn(_engine: object, images: list[Any], *_: object, listed: bool) -> None:
        did.append(f"learn {' '.join(image.id for image in images)}")

    monkeypatch.setattr(image_set, "layers_of", layers)
    monkeypatch.setattr(image_set, "learn", learn)
    made = SimpleNamespace(
        engine=SimpleNamespace(run_once=run_once),
        workshop=SimpleNamespace(memory=None),
        lab=SimpleNamespace(slug="shared-layers"),
        variant="good",
        targets=("worker", "report"),
        image=SimpleNamespace(id="web"),
        base_ids=frozenset(),
        run_id="1",
        build_target=build_target,
    )
    return cast(Subject, made), did


def test_every_other_stage_is_built_and_its_program_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, did = subject(Once(0, "", ""), monkeypatch)
    found = image_set.probe(made)
    assert did == [
        *("build worker", "run worker", "build report", "run report", "learn web worker report")
    ]
    assert found.values["images"] == 3
    assert found.values["set_disk_bytes"] == 390


def test_a_program_that_cannot_start_is_an_error_with_its_last_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, _ = subject(Once(1, "", "one\n" * 20 + "No module named 'django'\n"), monkeypatch)
    with pytest.raises(NeverAnswered, match=r"`worker` cannot start[^$]*No module named") as told:
        image_set.probe(made)
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
