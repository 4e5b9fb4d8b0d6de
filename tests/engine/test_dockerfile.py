"""What the reader says of a Dockerfile is what this engine's builder does with it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from advices.core import AdvicesError
from advices.engine.buildx import BuildOrder, build
from advices.engine.client import connect
from advices.lab import parse_dockerfile

pytestmark = pytest.mark.engine

DIGEST = f"@sha256:{'0' * 64}"


@pytest.fixture
def tag() -> Iterator[str]:
    made = f"docker-advices-test/read:{secrets.token_hex(4)}"
    yield made
    connect().remove_image(made)


def order(folder: Path, text: str, tag: str, base: str) -> BuildOrder:
    """Return a build in which one image stands for every name that the reader finds."""
    (folder / "Dockerfile").write_text(text, "utf-8")
    names = parse_dockerfile(text).external_images
    return BuildOrder(
        dockerfile=folder / "Dockerfile", context=folder, tag=tag, bases=dict.fromkeys(names, base)
    )


@pytest.mark.parametrize(
    "name",
    [
        *("nobody:1", "library/nobody:1", "docker.io/nobody:1", "docker.io/library/nobody:1"),
        *("index.docker.io/nobody:1", "index.docker.io/library/nobody:1", "docker.io/nobody/x:1"),
        *("nobody", "nobody:latest", "docker.io/library/nobody:latest", "localhost:1/nobody"),
        *(f"docker.io/nobody:1{DIGEST}", f"nobody{DIGEST}", "nobody.example/x/y:latest"),
    ],
)
def test_a_base_is_found_by_its_familiar_name_however_it_is_written(
    name: str, tmp_path: Path, tag: str, slim_stand_in: str
) -> None:
    build(order(tmp_path, f"FROM {name}\nCOPY Dockerfile /\n", tag, slim_stand_in))


READ = """\
# syntax is the builder's own
ARG V=1
ARG OF=nobody:${V}
from --platform=$BUILDPLATFORM ${OF} as Work
RUN <<EOF
touch /made \\
  /more
EOF
FROM docker.io/nobody:1 \\
  # FROM nowhere:1
  AS on-linux
FROM on-${TARGETOS:-windows}
COPY --from=0 /made /
COPY --link --from=WORK ["/more", "/"]
COPY --from=docker.io/library/other:2 /etc/passwd /other
RUN --mount=type=bind,from=work,target=/w --mount=from=third,target=/t ls /w/made /t/etc/passwd
"""


def test_stages_variables_and_what_is_taken_are_as_the_builder_sees_them(
    tmp_path: Path, tag: str, slim_stand_in: str
) -> None:
    asked = order(tmp_path, READ, tag, slim_stand_in)
    assert set(asked.bases) == {"nobody:1", "other:2", "third"}
    build(asked)


@pytest.mark.parametrize(
    "text",
    [
        "FROM nobody:1\nFROM nobody:1\nRUN --mount=from=0,target=/m ls\n",
        "FROM nobody:1\nCOPY --from=1 / /\n",
        "FROM nobody:1 AS x\nCOPY --from=y / /\nFROM nobody:1 AS y\nFROM x\n",
        "ARG V\nFROM nobody:${V}\n",
        "FROM Nobody:1\n",
        "FROM nobody:1 AS 1x\n",
        "FROM nobody:1\nARG V=b\nCOPY --from=$V / /\n",
    ],
)
def test_what_the_reader_refuses_does_not_build(
    text: str, tmp_path: Path, tag: str, slim_stand_in: str
) -> None:
    with pytest.raises(AdvicesError):
        parse_dockerfile(text)
    (tmp_path / "Dockerfile").write_text(text, "utf-8")
    bases = {"nobody:1": slim_stand_in}
    asked = BuildOrder(dockerfile=tmp_path / "Dockerfile", context=tmp_path, tag=tag, bases=bases)
    with pytest.raises(AdvicesError):
        build(asked)
