"""The images of an engine."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import IO, Any

import docker.errors
from requests.exceptions import HTTPError

from advices.core import BundleRefused, DiskFull, PullFailed, ahead, alive, interruptible, run
from advices.engine import client_settings
from advices.engine.archives import joined
from advices.engine.link import RUN_LABEL, EngineLink
from advices.engine.pull_faults import invalid_reference, pull_fault
from advices.engine.pull_progress import PullProgress
from advices.engine.records import Image, image_of
from advices.engine.references import split

_CHUNK = 1 << 20


class EngineImages(EngineLink):
    """Finds, reads, makes and removes images."""

    def image(self, reference: str) -> Image | None:
        api: Any = self._docker.api
        with self._asking():
            try:
                return image_of(api.inspect_image(reference))
            except docker.errors.NotFound:
                return None

    def saved(self, images: Iterable[Image]) -> Iterator[bytes]:
        names = list(dict.fromkeys(image.id for image in images))
        with self._asking():
            if len(names) == 1 or self.facts().containerd_store:
                yield from self._sent(interruptible(partial(self._packed, names)))
                return
            # The classic store never frees a layer that it met twice during one `docker save`: seen
            # with Docker 26.1.5, and later source of Moby (tarexport/save.go) reads the same.
            each = [partial(self._packed, [name]) for name in names]
            yield from joined(map(self._sent, ahead(each)))

    def _packed(self, names: list[str]) -> Any:
        """Return the engine's answer to a `docker save`; it comes when everything is packed."""
        # The SDK saves one image a call; the engine's API takes several.
        api: Any = self._docker.api
        place = f"{api.base_url}/v{api.api_version}/images/get"
        return api.get(place, params={"names": names}, stream=True, timeout=api.timeout)

    def _sent(self, answer: Any) -> Iterator[bytes]:
        with contextlib.closing(answer):
            try:
                answer.raise_for_status()
            except HTTPError as error:
                # As the SDK does for its own calls: an answer, however bad, is no lost engine.
                docker.errors.create_api_error_from_http_exception(error)
            for chunk in answer.iter_content(_CHUNK):
                alive()
                yield chunk

    def load(self, archive: IO[bytes]) -> list[Image]:
        # The SDK's own reading misses images without names: an engine tells several in one piece.
        told = ""
        api: Any = self._docker.api
        with self._asking():
            for said in api.load_image(archive):
                if "no space left on device" in str(said.get("error", "")):
                    raise DiskFull("the engine has no space left on its device")
                if "error" in said:
                    raise BundleRefused(f"the engine refuses the images: {said['error']}")
                told += str(said.get("stream", ""))
        names = re.findall(r"(?m)^Loaded image(?: ID)?: (\S+)$", told)
        return [image for name in names if (image := self.image(name)) is not None]

    def tag(self, image: Image, reference: str) -> None:
        wanted = split(reference)
        with self._asking():
            self._docker.api.tag(image.id, wanted.repository, wanted.version)

    def pull(self, name: str, say: Callable[[str], object] | None = None) -> Image:
        wanted, progress = split(name), PullProgress(name, say)
        with self._pulling(name):
            interruptible(lambda: self._pulled(wanted.repository, wanted.version, progress))
        image = self.image(name)
        if image is None:
            raise PullFailed(f"`{name}` was pulled, but is not there", why="somebody removed it")
        return image

    def _pulled(self, repository: str, version: str, progress: PullProgress) -> None:
        """Pull an image. Raises what the SDK raises, and APIError for what the engine tells."""
        login = _login(repository)
        api = self._docker.api
        for said in api.pull(repository, tag=version, stream=True, decode=True, auth_config=login):
            alive()
            if "error" in said:
                raise docker.errors.APIError(str(said["error"]), explanation=str(said["error"]))
            progress.hear(said)

    def ask_registry(self, name: str) -> None:
        with self._pulling(name):
            login = _login(name)
            interruptible(lambda: self._docker.images.get_registry_data(name, auth_config=login))

    @contextlib.contextmanager
    def _pulling(self, name: str) -> Iterator[None]:
        """Turn what an engine says of a registry into the error for it."""
        if not split(name).is_valid:
            raise invalid_reference(name)
        with self._asking():
            try:
                yield
            except docker.errors.APIError as error:
                said = str(error.explanation or error)
                if "no space left on device" in said.lower():
                    raise
                raise _without_login(name, pull_fault(name, said)) from None
            except docker.errors.DockerException as error:
                raise pull_fault(name, str(error)) from None

    def import_root(self, tar: str, reference: str, changes: list[str]) -> None:
        argv = ["docker", "import"]
        for change in changes:
            argv += ["--change", change]
        run([*argv, tar, reference], env=client_settings.build_environment())

    def with_files(
        self, base: str, files: Mapping[str, bytes], reference: str, *, run_id: str
    ) -> Image:
        # A container of ours that never starts is committed: a tenth of the time of a build.
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as tar:
            for path, content in files.items():
                member = tarfile.TarInfo(path.lstrip("/"))
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        wanted = split(reference)
        with self._asking():
            api: Any = self._docker.api
            settings = image_of(api.inspect_image(base))
            # Stands in the history as the origin of the layer; the image's own comes back below.
            # What has an entry point alone keeps that. What has neither does not start: still so.
            copy = f"COPY {' '.join(files)} /"
            words = [copy] if settings.command or not settings.entrypoint else None
            changes = f"CMD {json.dumps(settings.command)}" if settings.command else None
            labels = {RUN_LABEL: run_id}
            # Proxies of docker's settings would get into the image as variables.
            made = api.create_container(base, words, labels=labels, use_config_proxy=False)["Id"]
            try:
                api.put_archive(made, "/", sink.getvalue())
                image_id = api.commit(*(made, wanted.repository, wanted.version), changes=changes)[
                    "Id"
                ]
            finally:
                api.remove_container(made, v=True, force=True)
            return image_of(api.inspect_image(image_id))

    def remove_image(self, reference: str) -> None:
        with self._asking(), contextlib.suppress(docker.errors.NotFound):
            self._docker.api.remove_image(reference, force=True)


def _login(name: str) -> dict[str, str] | None:
    """Return {}, nobody, where the program that knows the login is not here; None: as set up."""
    return {} if client_settings.missing_helper(split(name).registry) else None


def _without_login(name: str, fault: PullFailed) -> PullFailed:
    """Return a fault that also says why the registry was asked without a login, if it was."""
    helper = client_settings.missing_helper(split(name).registry)
    if helper is None:
        return fault
    return type(fault)(
        fault.what,
        why=(
            f"{fault.why}; we pulled without a login, because `{helper}`, which Docker's settings "
            "name, is not installed"
        ),
        next_step=f"install `{helper}`, or remove it from Docker's settings; or {fault.next_step}",
    )
