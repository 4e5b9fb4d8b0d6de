"""The images of an engine."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import docker.errors
from docker.models.images import Image
from requests.exceptions import RequestException

from advices.core import BundleRefused, DiskFull, run
from advices.engine.link import RUN_LABEL, EngineLink


class EngineImages(EngineLink):
    """Finds, reads, makes and removes images."""

    def image(self, reference: str) -> Image | None:
        """Return a local image, None if there is none of that name or id."""
        with self._lost():
            try:
                return self._docker.images.get(reference)
            except docker.errors.ImageNotFound:
                return None

    def history(self, image: Image) -> list[dict[str, Any]]:
        """Return the image's history, oldest first, with each entry's CreatedBy and Size."""
        with self._lost():
            return list(reversed(image.history()))

    def saved(self, images: Iterable[Image]) -> Iterator[bytes]:
        """Yield the bytes of `docker save` for some images, each layer once.

        The SDK saves one image a call; the engine's API takes several.
        """
        api = self._docker.api
        with self._lost():
            answer = api.get(
                f"{api.base_url}/v{api.api_version}/images/get",
                params={"names": [str(image.id) for image in images]},
                stream=True,
                timeout=api.timeout,
            )
            with contextlib.closing(answer):
                answer.raise_for_status()
                yield from answer.iter_content(1 << 20)

    def load(self, archive: IO[bytes]) -> list[Image]:
        """Return the images of a `docker save` archive, loaded. Raises BundleRefused, DiskFull.

        The SDK's own reading misses images without names: an engine tells several in one piece.
        """
        told = ""
        api: Any = self._docker.api
        with self._lost():
            for said in api.load_image(archive):
                if "no space left on device" in str(said.get("error", "")):
                    raise DiskFull("the engine has no space left on its device")
                if "error" in said:
                    raise BundleRefused(f"the engine refuses the images: {said['error']}")
                told += str(said.get("stream", ""))
        names = re.findall(r"(?m)^Loaded image(?: ID)?: (\S+)$", told)
        return [image for name in names if (image := self.image(name)) is not None]

    def tag(self, image: Image, reference: str) -> None:
        """Give an image one more name. One that another image has must not be given."""
        repository, _, tag = reference.rpartition(":")
        with self._lost():
            image.tag(repository, tag)

    def pull(self, name: str) -> Image | None:
        """Return the image of a registry, None when no registry answers or it has none."""
        repository, _, tag = name.partition("@" if "@" in name else ":")
        try:
            return self._docker.images.pull(repository, tag=tag or "latest")
        except (docker.errors.DockerException, RequestException):
            return None

    def registry_answers(self, name: str) -> bool:
        """Return whether a registry knows an image, without pulling it."""
        try:
            self._docker.images.get_registry_data(name)
        except (docker.errors.DockerException, RequestException):
            return False
        return True

    def import_root(self, tar: str, reference: str, changes: list[str]) -> None:
        """Make an image of one layer out of a root file system's tar."""
        argv = ["docker", "import"]
        for change in changes:
            argv += ["--change", change]
        run([*argv, tar, reference])

    def with_files(
        self, base: str, files: Mapping[str, bytes], reference: str, *, run_id: str
    ) -> Image:
        """Return a new image: a local one with one more layer, of files that all may read.

        The rest of its settings stay. A container of ours that never starts is committed, which
        takes a tenth of the time of a build.
        """
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as tar:
            for path, content in files.items():
                member = tarfile.TarInfo(path.lstrip("/"))
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        repository, _, tag = reference.rpartition(":")
        with self._lost():
            settings = self._docker.images.get(base).attrs["Config"]
            command, entry_point = settings.get("Cmd"), settings.get("Entrypoint")
            # Stands in the history as the origin of the layer; the image's own comes back below.
            # What has an entry point alone keeps that. What has neither does not start: still so.
            words = [f"COPY {' '.join(files)} /"] if command or not entry_point else None
            changes = f"CMD {json.dumps(command)}" if command else None
            made = self._docker.containers.create(base, words, labels={RUN_LABEL: run_id})
            try:
                made.put_archive("/", sink.getvalue())
                return made.commit(repository, tag, changes=changes)
            finally:
                made.remove(force=True, v=True)

    def remove_image(self, reference: str) -> None:
        """Remove one tag of ours; the layers go with the last tag."""
        with self._lost(), contextlib.suppress(docker.errors.ImageNotFound):
            self._docker.images.remove(reference, force=True)
