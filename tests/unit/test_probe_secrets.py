"""A secret is found wherever an image can hold it, and nowhere else."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from layer_tars import (
    FakeEngine,
    Member,
    file,
    folder,
    image_of,
    layer_tar,
    new_layout,
    sha,
    symlink,
)

from advices.images import LayerMemory
from advices.images.texts import Looked, held_by
from advices.probes.secrets import probe
from advices.probes.subject import Subject

CANARY = "canary-4f1c0b9d77"


def found(
    layers: list[dict[str, Member]],
    *,
    base: int = 0,
    history: list[dict[str, Any]] | None = None,
    canary: str = CANARY,
    **config: Any,
) -> dict[str, Any]:
    """Return what the probe says of an image; the first `base` layers are its base's."""
    tars = [layer_tar(members) for members in layers]
    subject = SimpleNamespace(
        engine=FakeEngine(new_layout(tars, history=history or [], **config)),
        workshop=SimpleNamespace(memory=LayerMemory(Path("/nonexistent"))),
        image=image_of(tars),
        base_ids=frozenset(f"sha256:{sha(tar)}" for tar in tars[:base]),
        canary=canary,
    )
    return probe(cast("Subject", subject)).values


def looked_into(content: bytes, texts: list[bytes], chunk: int) -> frozenset[bytes]:
    looked = Looked(texts)
    looked.into(io.BytesIO(content), chunk)
    return looked.found


NOTHING = {"secrets_in_history": 0, "secrets_in_config": 0, "secrets_in_layers": 0}
HOLDS = {"app/.env": file(f"A=1\nTOKEN={CANARY}\n".encode())}
CLEAN = {"app/x": file(b"canary-"), f"app/{CANARY}": file(b""), "l": symlink(CANARY)}


def test_a_clean_image_holds_none() -> None:
    assert found([CLEAN, {"d": folder()}], history=[{"created_by": "RUN pip install"}]) == NOTHING


def test_a_file_that_a_later_layer_deletes_still_counts() -> None:
    assert found([CLEAN, HOLDS, {"app/.wh..env": file()}])["secrets_in_layers"] == 1
    assert found([HOLDS, {"copy": HOLDS["app/.env"]}])["secrets_in_layers"] == 2


def test_the_base_s_layers_are_left_out() -> None:
    assert found([HOLDS, CLEAN], base=1)["secrets_in_layers"] == 0
    assert found([CLEAN, HOLDS], base=1)["secrets_in_layers"] == 1


def test_every_file_of_a_layer_is_searched() -> None:
    before: dict[str, Member] = {f"f{n}": file(b"x" * 5000) for n in range(50)}
    assert found([before | HOLDS | {"z": file(b"z" * 5000)}])["secrets_in_layers"] == 1


@pytest.mark.parametrize("position", [0, 1, 5, 9, 10, 11, 19, 25, 83])
def test_a_secret_across_chunks_is_found(position: int) -> None:
    secret = CANARY.encode()
    content = b"." * position + secret + b"." * (83 - position)
    for chunk in (1, 3, 10, len(secret) - 1, len(secret), 64):
        assert looked_into(content, [secret, b"none"], chunk) == {secret}
        assert not looked_into(content.replace(b"9", b"8"), [secret], chunk)
    assert not looked_into(b"", [secret], 64)
    assert looked_into(b"abc", [b"c", b"bc"], 1) == {b"c", b"bc"}


def test_a_secret_across_the_real_chunks_is_found() -> None:
    content = b"\0" * ((1 << 20) - 5) + CANARY.encode() + b"\0" * 10
    layer = layer_tar({"big": file(content)})
    assert held_by(io.BytesIO(layer), [CANARY.encode(), b"none"]) == {CANARY.encode()}


def test_history_counts_its_entries() -> None:
    history = [
        {"created_by": f"RUN |1 TOKEN={CANARY} /bin/sh -c pip install {CANARY}"},
        {"created_by": "ENV A=1", "comment": "buildkit", "empty_layer": True},
        {"created_by": "ENV", "comment": CANARY, "empty_layer": True},
    ]
    assert found([CLEAN], history=history) == NOTHING | {"secrets_in_history": 2}


@pytest.mark.parametrize(
    ("config", "count"),
    [
        ({"Env": ["A=1", f"TOKEN={CANARY}", f"URL=https://x:{CANARY}@y"]}, 2),
        ({"Labels": {"token": CANARY, "other": "x"}}, 1),
        ({"Labels": {CANARY: CANARY}}, 1),
        ({"Cmd": ["run", f"--token={CANARY}"], "Entrypoint": [CANARY]}, 2),
        ({"Healthcheck": {"Test": ["CMD", CANARY], "Interval": 3}}, 1),
        ({"User": CANARY, "WorkingDir": f"/{CANARY}"}, 2),
        ({"ExposedPorts": {"80/tcp": {}}, "Volumes": {f"/{CANARY}": {}}}, 1),
        ({"Env": None, "Labels": None}, 0),
    ],
)
def test_the_configuration_counts_its_fields(config: dict[str, Any], count: int) -> None:
    assert found([CLEAN], config=config) == NOTHING | {"secrets_in_config": count}


def test_who_made_the_image_is_configuration_too() -> None:
    assert found([CLEAN], author=CANARY, comment=CANARY)["secrets_in_config"] == 2
    assert found([CLEAN], container=CANARY)["secrets_in_config"] == 0


def test_no_secret_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="no secret"):
        found([CLEAN], canary="")
