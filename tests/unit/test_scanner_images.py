"""The scanners' images: found, pulled or built, and a stub known for what it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from memory_engine import MemoryEngine

from advices.core import LabInvalid, PullsLimited, ScannerMissing
from advices.engine.records import Image
from advices.scanners.images import STUB_LABEL, ScannerImage, ScannerImages, read_recipes
from advices.scanners.work import NAMES

SHIPPED = Path(__file__).parents[2] / "labs" / "scanners"
TOML = """\
[wapiti]
dockerfile = "wapiti.Dockerfile"
requirements = "requirements.txt"
base = "python:3.14-slim"

[zap]
image = "zap@sha256:0123"
version = "2.17.0"
local = ["zap:2.17.0", "zap:latest"]
"""
PINNED = "zap@sha256:0123"
NO_ANSWER = f"`{PINNED}` was not pulled: no such host"


class Here:
    """An engine, its bases and a folder of recipes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "scanners.toml").write_text(TOML)
        (folder / "wapiti.Dockerfile").write_text("FROM python:3.14-slim\n")
        (folder / "requirements.txt").write_text("wapiti3==3.3.2\n")
        self.engine = MemoryEngine()
        self.said: list[str] = []
        self.bases: Any = SimpleNamespace(
            known=lambda _: SimpleNamespace(kind="stand-in"),
            resolve=lambda names: {
                name: SimpleNamespace(kind="stand-in", image=f"mine/{name}") for name in names
            },
            pip_conf=None,
            registry_answers=True,
        )

    def has(self, name: str, *labels: str) -> str:
        """Let the engine have an image; return its id."""
        config = {"Labels": dict.fromkeys(labels, "")} if labels else {"Labels": None}
        return self.engine.add(name, name.encode(), config=config).id

    @property
    def images(self) -> ScannerImages:
        return ScannerImages(self.engine, self.folder, self.bases, self.said.append)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    folder = tmp_path / "scanners"
    folder.mkdir()
    return Here(folder)


def test_the_shipped_recipes_are_complete() -> None:
    recipes = read_recipes(SHIPPED)
    assert set(type(recipes).model_fields) == set(NAMES)
    assert (SHIPPED / recipes.wapiti.dockerfile).is_file()
    pinned = (SHIPPED / recipes.wapiti.requirements).read_text("utf-8")
    assert "wapiti3==" in pinned
    assert "--hash=sha256:" in pinned
    assert f"FROM {recipes.wapiti.base} AS build" in (
        (SHIPPED / recipes.wapiti.dockerfile).read_text("utf-8")
    )


def test_the_shipped_zap_is_pinned_by_a_digest() -> None:
    _, at, digest = read_recipes(SHIPPED).zap.image.partition("@sha256:")
    assert at
    assert len(digest) == 64


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("[zap]", "[zip]", "zap"),
        ('version = "2.17.0"', "version = 2", "zap.version"),
        ('version = "2.17.0"', 'version = "2.17.0"\ncolour = "red"', "zap.colour"),
        ('base = "python:3.14-slim"', "", "wapiti.base"),
        ("[wapiti]", "[wapiti", "scanners.toml"),
    ],
)
def test_a_faulty_recipe_is_named(here: Here, was: str, becomes: str, says: str) -> None:
    assert TOML.count(was) == 1
    (here.folder / "scanners.toml").write_text(TOML.replace(was, becomes))
    with pytest.raises(LabInvalid, match=r"labs/scanners/scanners\.toml") as raised:
        here.images.present("zap")
    assert says in raised.value.what


def test_a_missing_recipe_is_named(here: Here) -> None:
    shutil.rmtree(here.folder)
    with pytest.raises(LabInvalid, match=r"labs/scanners/scanners\.toml"):
        here.images.present("zap")


def test_zap_is_known_by_its_digest(here: Here) -> None:
    assert here.images.present("zap") is None
    here.has(PINNED)
    assert here.images.present("zap") == ScannerImage("zap", PINNED, "sha256:0123")
    assert here.images.find("zap") == here.images.present("zap")
    assert here.engine.pulled == []


def test_zap_that_was_loaded_by_hand_is_known_by_its_id(here: Here) -> None:
    latest = here.has("zap:latest")
    assert here.images.present("zap") == ScannerImage("zap", "zap:latest", latest)
    named = here.has("zap:2.17.0")
    assert here.images.present("zap") == ScannerImage("zap", "zap:2.17.0", named)
    here.has(PINNED)
    assert here.images.present("zap") == ScannerImage("zap", PINNED, "sha256:0123")


@pytest.mark.parametrize("name", [PINNED, "zap:latest"])
def test_a_stub_is_known_by_its_label(here: Here, name: str) -> None:
    here.has(name, STUB_LABEL)
    found = here.images.present("zap")
    assert found is not None
    assert found.stub


def test_an_image_without_labels_is_no_stub(here: Here) -> None:
    here.has(PINNED)
    found = here.images.present("zap")
    assert found is not None
    assert not found.stub


def test_zap_is_pulled_where_a_registry_answers(here: Here) -> None:
    here.engine.registry[PINNED] = Image("sha256:id")
    assert here.images.find("zap").reference == PINNED
    assert here.engine.pulled == [PINNED]
    assert here.said == [f"pulling {PINNED}"]


@pytest.mark.parametrize(("registry", "pulled"), [(True, [PINNED]), (False, [])])
def test_without_zap_the_fault_says_how_to_bring_it(
    here: Here, registry: bool, pulled: list[str]
) -> None:
    here.bases.registry_answers = registry
    with pytest.raises(
        ScannerMissing, match=f"ZAP 2.17.0 is not on this engine: {PINNED}"
    ) as raised:
        here.images.find("zap")
    assert "`docker load`" in raised.value.next_step
    assert raised.value.why == (NO_ANSWER if registry else ScannerMissing.why)
    assert here.engine.pulled == pulled


def test_without_zap_the_fault_says_what_the_registry_said(here: Here) -> None:
    here.engine.registry[PINNED] = PullsLimited("`zap` was not pulled: toomanyrequests")
    with pytest.raises(ScannerMissing) as raised:
        here.images.find("zap")
    assert raised.value.why == "`zap` was not pulled: toomanyrequests"


def test_wapiti_is_built_once(here: Here) -> None:
    assert here.images.present("wapiti") is None
    found = here.images.find("wapiti")
    assert here.images.present("wapiti") == found == here.images.find("wapiti")
    (order,), (secrets,) = here.engine.orders, here.engine.secrets
    assert order.tag == found.reference
    assert order.bases == {"python:3.14-slim": "mine/python:3.14-slim"}
    assert order.context == here.folder
    assert secrets == {}
    assert here.engine.pulled == []


def test_wapiti_is_built_with_the_settings_of_pip(here: Here) -> None:
    here.bases.pip_conf = "[global]\n"
    here.images.find("wapiti")
    assert here.engine.secrets[0] == {"pip": "[global]\n"}


@pytest.mark.parametrize("name", ["wapiti.Dockerfile", "requirements.txt"])
def test_another_recipe_is_another_wapiti(here: Here, name: str) -> None:
    before = here.images.find("wapiti")
    (here.folder / name).write_text("# changed\n")
    assert here.images.present("wapiti") is None
    after = here.images.find("wapiti")
    assert before.reference != after.reference
    assert before.identity != after.identity


def test_wapiti_on_another_base_is_another_wapiti(here: Here) -> None:
    here.images.find("wapiti")
    here.bases.known = lambda _: SimpleNamespace(kind="official")
    assert here.images.present("wapiti") is None
    here.bases.known = lambda _: None
    assert here.images.present("wapiti") is None
