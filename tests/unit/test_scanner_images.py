"""The scanners' images: found, pulled or built, and a stub known for what it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from advices.core.errors import LabInvalid, ScannerMissing
from advices.core.pull_errors import PullFailed, PullsLimited, RegistrySilent
from advices.scanners import images
from advices.scanners.images import STUB_LABEL, ScannerImage, ScannerImages, read_recipes
from advices.scanners.work import NAMES

SHIPPED = Path(__file__).parents[2] / "labs" / "scanners"
TOML = """\
[wapiti]
dockerfile = "wapiti.Dockerfile"
requirements = "requirements.txt"
base = "python:3.13-slim"

[zap]
image = "zap@sha256:0123"
version = "2.17.0"
local = ["zap:2.17.0", "zap:latest"]
"""
PINNED = "zap@sha256:0123"


class Here:
    """An engine, its bases and a folder of recipes; what was pulled and built is remembered."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        (folder / "scanners.toml").write_text(TOML)
        (folder / "wapiti.Dockerfile").write_text("FROM python:3.13-slim\n")
        (folder / "requirements.txt").write_text("wapiti3==3.3.2\n")
        self.there: dict[str, Any] = {}
        self.registry: dict[str, Any] = {}
        self.refusal: PullFailed = RegistrySilent("`zap` was not pulled: no such host")
        self.pulled: list[str] = []
        self.built: list[Any] = []
        self.said: list[str] = []
        self.bases: Any = SimpleNamespace(
            known=lambda _: SimpleNamespace(kind="stand-in"),
            resolve=lambda names: {
                name: SimpleNamespace(kind="stand-in", image=f"mine/{name}") for name in names
            },
            pip_conf=None,
            registry_answers=True,
        )
        self.engine: Any = SimpleNamespace(image=self.there.get, pull=self._pull)
        monkeypatch.setattr(images, "build", self._build)

    def has(self, name: str, *labels: str, identity: str = "sha256:id") -> None:
        self.there[name] = SimpleNamespace(labels=dict.fromkeys(labels, ""), id=identity)

    def _pull(self, name: str) -> None:
        self.pulled.append(name)
        if name not in self.registry:
            raise self.refusal
        self.there[name] = self.registry[name]

    def _build(self, order: Any) -> None:
        secrets = {name: file.read_text() for name, file in order.secrets.items()}
        self.built.append((order, secrets))
        self.has(order.tag)

    @property
    def images(self) -> ScannerImages:
        return ScannerImages(self.engine, self.folder, self.bases, self.said.append)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    folder = tmp_path / "scanners"
    folder.mkdir()
    return Here(folder, monkeypatch)


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
        ('base = "python:3.13-slim"', "", "wapiti.base"),
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
    assert here.pulled == []


def test_zap_that_was_loaded_by_hand_is_known_by_its_id(here: Here) -> None:
    here.has("zap:latest", identity="sha256:latest")
    assert here.images.present("zap") == ScannerImage("zap", "zap:latest", "sha256:latest")
    here.has("zap:2.17.0", identity="sha256:named")
    assert here.images.present("zap") == ScannerImage("zap", "zap:2.17.0", "sha256:named")
    here.has(PINNED)
    assert here.images.present("zap") == ScannerImage("zap", PINNED, "sha256:0123")


@pytest.mark.parametrize("name", [PINNED, "zap:latest"])
def test_a_stub_is_known_by_its_label(here: Here, name: str) -> None:
    here.has(name, STUB_LABEL)
    found = here.images.present("zap")
    assert found is not None
    assert found.stub


def test_an_image_without_labels_is_no_stub(here: Here) -> None:
    here.there[PINNED] = SimpleNamespace(labels=None, id="sha256:id")
    found = here.images.present("zap")
    assert found is not None
    assert not found.stub


def test_zap_is_pulled_where_a_registry_answers(here: Here) -> None:
    here.registry[PINNED] = SimpleNamespace(labels={}, id="sha256:id")
    assert here.images.find("zap").reference == PINNED
    assert here.pulled == [PINNED]
    assert here.said == [f"pulling {PINNED}"]


@pytest.mark.parametrize(("registry", "pulled"), [(True, [PINNED]), (False, [])])
def test_without_zap_the_fault_says_how_to_bring_it(
    here: Here, registry: bool, pulled: list[str]
) -> None:
    here.bases.registry_answers = registry
    with pytest.raises(ScannerMissing, match=f"ZAP 2.17.0 is not here: {PINNED}") as raised:
        here.images.find("zap")
    assert "`docker load`" in raised.value.next_step
    assert raised.value.why == (here.refusal.what if registry else ScannerMissing.why)
    assert here.pulled == pulled


def test_without_zap_the_fault_says_what_the_registry_said(here: Here) -> None:
    here.refusal = PullsLimited("`zap` was not pulled: toomanyrequests")
    with pytest.raises(ScannerMissing) as raised:
        here.images.find("zap")
    assert raised.value.why == "`zap` was not pulled: toomanyrequests"


def test_wapiti_is_built_once(here: Here) -> None:
    assert here.images.present("wapiti") is None
    found = here.images.find("wapiti")
    assert here.images.present("wapiti") == found == here.images.find("wapiti")
    ((order, secrets),) = here.built
    assert order.tag == found.reference
    assert order.bases == {"python:3.13-slim": "mine/python:3.13-slim"}
    assert order.context == here.folder
    assert secrets == {}
    assert here.pulled == []


def test_wapiti_is_built_with_the_settings_of_pip(here: Here) -> None:
    here.bases.pip_conf = "[global]\n"
    here.images.find("wapiti")
    assert here.built[0][1] == {"pip": "[global]\n"}


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
