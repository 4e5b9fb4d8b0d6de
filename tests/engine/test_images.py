"""What is told of layers: as overlay2 sees them, and the same on an engine with another store."""

from __future__ import annotations

import io
import os
import secrets
import subprocess
from pathlib import Path
from unittest import mock

import pytest
from layer_tars import config_of, file, layer_tar, manifest, new_layout, saved, sha
from second_engine import running

from advices.core import BundleRefused
from advices.engine import connect
from advices.images import LayerMemory, layers_of, read_images
from advices.results import Layer

pytestmark = pytest.mark.engine

DOCKERFILE = """\
FROM {base}
WORKDIR /app
ENV A=1
COPY <<EOF /app/text
some text
EOF
RUN --network=none seq 300000 > /app/numbers && ln /app/numbers /app/again && rm /etc/os-release
"""


def layers(reference: str, memory: Path) -> list[Layer]:
    engine = connect()
    image = engine.image(reference)
    assert image is not None
    return layers_of(engine, image, frozenset(), LayerMemory(memory))


def test_built_layers_have_the_size_that_overlay2_gives_them(
    slim_stand_in: str, tmp_path: Path
) -> None:
    if connect().facts().storage_driver != "overlay2":
        pytest.skip("other drivers count blocks of the disk")
    words = ["docker", "history", "--human=false", "--format", "{{.Size}}", slim_stand_in]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    imported, *built = [size for size in reversed([*map(int, printed.split())]) if size]
    root, *ours = [one.disk_bytes for one in layers(slim_stand_in, tmp_path) if one.disk_bytes]
    assert ours == built
    # Of what it imported it also counts the lengths of symbolic links.
    assert 0 <= imported - root < imported / 10_000


@pytest.mark.root
def test_a_layer_is_the_same_in_every_store(slim_stand_in: str, tmp_path: Path) -> None:
    tag = f"docker-advices-test/stores:{os.getpid()}"
    with running(
        tmp_path / "data", slim_stand_in, features={"containerd-snapshotter": True}
    ) as other:
        address = {"DOCKER_HOST": other.address}
        words = ["docker", "-H", other.address, "buildx", "build", "--provenance=false", "--load"]
        text = DOCKERFILE.format(base=slim_stand_in)
        subprocess.run([*words, "--tag", tag, "-"], input=text, text=True, check=True)
        with mock.patch.dict(os.environ, address):
            kept_compressed = layers(tag, tmp_path / "containerd")
        save = subprocess.run(
            ["docker", "-H", other.address, "save", tag], stdout=subprocess.PIPE, check=True
        )
    subprocess.run(["docker", "load"], input=save.stdout, check=True)
    try:
        kept_plain = layers(tag, tmp_path / "classic")
    finally:
        connect().remove_image(tag)
    assert kept_compressed == kept_plain
    copied, run = kept_plain[-2:]
    assert kept_plain[-3].created_by == "WORKDIR /app"
    assert (copied.disk_bytes, run.disk_bytes) == (
        10,
        len("".join(f"{n}\n" for n in range(1, 300_001))),
    )


def test_reading_two_images_keeps_none_of_their_layers_on_the_disk_for_good() -> None:
    engine = connect()
    shared, one, two = (layer_tar({"file": file(secrets.token_bytes(9))}) for _ in range(3))
    images = [
        engine.load(io.BytesIO(new_layout([shared, own], os="linux")))[0] for own in (one, two)
    ]
    wanted = frozenset(diff_id for image in images for diff_id in image.diff_ids)
    read = read_images(engine, images, wanted, lambda layer: layer.read())
    assert {*read.layers.values()} == {shared, one, two}
    for image in images:
        engine.remove_image(image.id)
    # An engine that still has a layer takes an image of it whose archive lacks it.
    config = config_of([shared], os="linux")
    name = f"blobs/sha256/{sha(config)}"
    bare = saved({name: config, "manifest.json": manifest(name, [f"blobs/sha256/{sha(shared)}"])})
    with pytest.raises(BundleRefused):
        engine.load(io.BytesIO(bare))
