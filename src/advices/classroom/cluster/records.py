"""What a class in a cluster is, as its chart writes it, and the files that have it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from advices.classroom.hub.address import Address
from advices.classroom.hub.files import Codes
from advices.core import ClassSettingInvalid, Record

FOLDER = Path("/etc/docker-advices")
"""Where the hub's pod has what the chart wrote."""
CODES = Path("/etc/docker-advices-codes")
"""Where it has the Secret of the class."""
STORE = Path("/srv/jupyterhub/class")
"""The folder of the store, on the volume that Z2JH gives the hub."""
PROJECT = Path("/srv/docker-advices")
"""Where both images have labs, docs and site."""
SEATS_AT_MOST = 99
_CODE = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}")
_TRAINER_LETTERS_AT_LEAST = 16

Isolation = Literal["user-namespaces", "sysbox", "privileged"]
"""What keeps root of a seat's engine from being root of the node; `privileged`: nothing does."""


class Share(Record):
    """What one container of a seat may take; of memory and processors it is sure of a quarter."""

    memory_mib: Annotated[int, Field(ge=128)]
    cpus: Annotated[float, Field(gt=0)]
    disk_gib: Annotated[int, Field(ge=1)]


class PodSeat(Record):
    """One learner's place: the hub's user, and so the pod."""

    name: str


class Cluster(Record):
    """A class whose seats are pods. `bundle_claim` names the volume with the images, or is ""."""

    id: str
    seat_count: Annotated[int, Field(ge=1, le=SEATS_AT_MOST)]
    origin: Annotated[str, Field(pattern=r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?$")]
    keep_days: Annotated[int, Field(ge=1, le=365)]
    image: Annotated[str, Field(min_length=1)]
    engine_image: Annotated[str, Field(min_length=1)]
    isolation: Isolation
    runtime_class: str
    bundle_claim: str
    bundle_file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    server: Share
    engine: Share

    @property
    def seats(self) -> tuple[PodSeat, ...]:
        """Return the seats, in the order they are given."""
        return tuple(PodSeat(name=f"seat-{n:02}") for n in range(1, self.seat_count + 1))

    @property
    def project(self) -> Path:
        """Return the folder with labs and docs, the same in every image."""
        return PROJECT

    @property
    def address(self) -> Address:
        """Return where learners come. The cluster's ingress has the certificate."""
        asked = urlsplit(self.origin)
        return Address(scheme="https", host=asked.hostname or "", port=asked.port or 443)


def cluster(folder: Path = FOLDER) -> Cluster:
    """Return the class that the chart wrote into a folder. Raises ClassSettingInvalid."""
    text = _text(folder / "class.json")
    try:
        return Cluster.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ClassSettingInvalid(
            f"class.json of the chart says something else than this image reads: {where}: "
            f"{first['msg']}",
            why="the chart and the hub's image are of different versions, or the file was edited",
            next_step="build the hub's image from the project that the chart is from",
        ) from None


def codes(folder: Path = CODES) -> Codes:
    """Return the two codes of the mounted Secret. Raises ClassSettingInvalid for weak ones."""
    learners, trainer = (_text(folder / name).strip() for name in ("learners", "trainer"))
    if not _CODE.fullmatch(learners) or len(trainer) < _TRAINER_LETTERS_AT_LEAST:
        raise ClassSettingInvalid(
            "the codes in the Secret of the class are not of the form that learners type",
            why="`learners` is two times four letters or digits such as ab3d-e5gh; `trainer` has "
            f"at least {_TRAINER_LETTERS_AT_LEAST} characters",
            next_step="write a Secret like that, or let the chart make one",
        )
    return Codes(learners=learners, trainer=trainer)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ClassSettingInvalid(
            f"{file} cannot be read: {error.strerror}",
            why="the hub's pod has no such volume, or it is another account's",
            next_step="install the chart kubernetes/class, then Z2JH with jupyterhub-values.yaml",
        ) from None
