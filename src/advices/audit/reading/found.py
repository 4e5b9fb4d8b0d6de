"""What is found out of a project: its Dockerfile, its context, and how its container is started."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from advices.audit.reading.asked import Asked
from advices.audit.reading.chosen import Chosen
from advices.audit.reading.languages import Language, languages
from advices.audit.reading.page import page_of
from advices.audit.reading.places import Places, is_file, is_folder, is_there
from advices.audit.reading.plans import Plan, is_plan, places_error
from advices.audit.reading.service import Service
from advices.core import LabInvalid
from advices.engine import Start
from advices.lab import Dockerfile, View, read_dockerfile, stage_uses

_NAMES = ("Dockerfile", "Containerfile", "dockerfile")
_FOLDERS = ("docker", "deploy", "build", ".docker", "app", "src", "backend", "server", "web")
_IGNORE = ".dockerignore"
_PORT = 8000
_AT_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Finder:
    """Finds out what the reader did not say; `chosen` gets what that was.

    `plan` is what a compose or bake file says, None without one.
    """

    places: Places
    asked: Asked
    plan: Plan | None
    chosen: list[Chosen] = field(default_factory=list)

    @property
    def service(self) -> Service:
        """Return the service that is audited: one without a name where no plan has it."""
        return self.plan.service if self.plan else Service("")

    def dockerfile(self, args: Mapping[str, str]) -> tuple[Path, str]:
        """Return the Dockerfile and its text: asked for, named by the plan, or what is there.

        The file is the plan's own where the Dockerfile is written in it. Raises LabInvalid.
        """
        asked, plan, build = self.asked, self.plan, self.service.build
        if asked.file is not None and not is_plan(asked.file):
            if not is_there(asked.file):
                raise self._no_file(asked.file)
            return _read(asked.file.resolve(), args)
        if plan is None or build is None:
            file = self._likely()
            if not self.places.within(file):
                raise places_error(self.places.shown(file))
            return _read(file.resolve(), args)
        shown = self.places.shown(plan.file)
        if build.inline:
            self._chose("Dockerfile", "written in there", f"{shown} has it", "--file")
            return plan.file, build.inline
        where = f"{shown}: dockerfile"
        base = asked.context or self._context_of(plan)
        file = self.places.named(base, build.dockerfile, where, "--file Dockerfile")
        self._chose("Dockerfile", self.places.shown(file), f"{shown} names it", "--file")
        return _read(file, args)

    def _no_file(self, named: Path) -> LabInvalid:
        """Return what is said of a --file that is not there, but perhaps in the project."""
        inside = self.places.folder / named
        return LabInvalid(
            f"there is no file {named}",
            why="--file names it; a path begins in the folder in which you are",
            next_step=f"name it so: --file {shlex.quote(str(inside))}"
            if is_there(inside)
            else "correct it, or leave it out: the audit looks for a Dockerfile",
        )

    def _likely(self) -> Path:
        folder = self.places.folder
        where = [folder, *(folder / name for name in _FOLDERS)]
        files = [place / name for place in where for name in _NAMES if is_file(place / name)]
        if not files:
            files = sorted(one for one in folder.glob("*/Dockerfile") if is_file(one))
        if not files:
            raise LabInvalid(
                f"there is no Dockerfile in {folder}",
                why="neither the folder nor one right below it has one",
                next_step="name it: --file path/to/Dockerfile",
            )
        why = "it is the only one" if len(files) == 1 else f"it is the first of {len(files)}"
        self._chose("Dockerfile", self.places.shown(files[0]), why, "--file")
        return files[0]

    def target(self) -> str:
        """Return the stage that ends the build, "" for the last one."""
        build = self.service.build
        if self.asked.target or self.plan is None or build is None or not build.target:
            return self.asked.target
        why = f"{self.places.shown(self.plan.file)} names it; later stages are not built"
        self._chose("target", build.target, why, "--target")
        return build.target

    def last_stage(self, said: Dockerfile) -> None:
        """Tell which stage is built if nothing names one and another one may be meant."""
        *others, last = stage_uses(said)
        unused = [one.name for one in others if not one.needed]
        if unused:
            why = f"it is the last one; it needs nothing of {', '.join(unused)}"
            self._chose("target", last.name, why, "--target")

    def context(self, file: Path, said: Dockerfile) -> Path:
        """Return the build context. Raises LabInvalid where a plan names what is no folder."""
        if self.asked.context:
            if not is_folder(folder := self.asked.context.resolve()):
                raise LabInvalid(
                    f"there is no folder {folder}",
                    why="--context names it; a path begins in the folder in which you are",
                    next_step="correct it, or leave it out: the audit looks for the context",
                )
            return folder
        if self.plan is not None:
            folder, why = (
                self._context_of(self.plan),
                f"{self.places.shown(self.plan.file)} names it",
            )
        else:
            folder = _of_two(self.places.folder, file, said)
            why = "its COPY lines find their files there"
        self._chose("context", self.places.shown(folder), why, "--context")
        return folder

    def _context_of(self, plan: Plan) -> Path:
        written = plan.service.build.context if plan.service.build else "."
        where = f"{self.places.shown(plan.file)}: context"
        folder = self.places.named(plan.file.parent, written, where, "--context FOLDER")
        if not folder.is_dir():
            raise LabInvalid(
                f"{where}: {folder} is no folder",
                why="the file names a folder that is not there",
                next_step="correct it, or say it yourself: --context FOLDER",
            )
        return folder

    def ignore_file(self, file: Path, context: Path) -> Path:
        """Return the file that says what stays out: the Dockerfile's own before the context's.

        BuildKit reads the one that is called like the Dockerfile, and then no other. Raises
        LabInvalid for a link out of the project.
        """
        own, usual = file.with_name(f"{file.name}{_IGNORE}"), context / _IGNORE
        is_inline = self.plan is not None and file == self.plan.file
        for one in (usual,) if is_inline else (own, usual):
            if not one.is_file():
                continue
            if one.is_symlink() and not self.places.within(one):
                raise places_error(self.places.shown(one))
            if one != usual:
                why = "BuildKit reads the Dockerfile's own"
                self._chose("ignore file", self.places.shown(one), why, "")
            return one.resolve()
        return usual

    def languages(self, files: Iterable[str]) -> tuple[Language, ...]:
        """Return what the project is written in, by the paths of its files."""
        found = languages(files)
        if found:
            told = ", ".join(one.told() for one in found)
            why = f"there is {', '.join(one.sign for one in found)}"
            self._chose("language", told, why, "")
        return found

    def port(self, said: Dockerfile, env: Mapping[str, str]) -> int:
        """Return the port that the container listens on. `env` are its variables."""
        if self.asked.port is not None:
            return self.asked.port
        number, why = _port_of(self.service, said, env)
        self._chose("port", str(number), why, "--port")
        return number

    def page(self, said: Dockerfile) -> str:
        """Return the page that must answer: asked for, of a health check, or /."""
        if self.asked.url_path is not None:
            return self.asked.url_path
        checks = [one.instruction.text for one in View(said).shipped if one.name == "HEALTHCHECK"]
        path = self.service.page or (page_of(checks[-1]) if checks else "")
        if path not in ("", "/"):
            self._chose("page", path, "the health check asks for it", "--url-path")
        return path or "/"

    def how(self) -> Start:
        """Return how the container is started, as compose and `docker run` start it."""
        if not self.service.drops_all:
            why = "`docker run` gives them, and some programs need them"
            self._chose("capabilities", "Docker's default ones", why, "")
        return started_as(self.service)

    def beside(self) -> tuple[Service, ...]:
        """Return the services that it needs: those of the plan, and those asked for by image."""
        given = {one.name: one for one in (self.plan.beside if self.plan else ())}
        for name, image in self.asked.images.items():
            given[name] = replace(given.get(name, Service(name)), image=image, build=None)
        return tuple(given.values())

    def _chose(self, *words: str) -> None:
        self.chosen.append(Chosen(*words))


PRINTED_BYTES = 8_000_000
"""What is kept of what a container prints: one that never ends to print fills no disk."""


def started_as(service: Service) -> Start:
    """Return how a container of a service is started, its network left out."""
    return Start(
        env=service.env,
        user=service.user,
        read_only=service.read_only,
        tmpfs=service.tmpfs,
        default_capabilities=not service.drops_all,
        command=service.command or (),
        entrypoint=service.entrypoint,
        printed_bytes=PRINTED_BYTES,
    )


def _read(file: Path, args: Mapping[str, str]) -> tuple[Path, str]:
    # A reader of a pipe would wait for a writer, and one of a device would never end.
    if file.exists() and not (file.is_file() and file.stat().st_size <= _AT_MOST_BYTES):
        raise LabInvalid(
            f"{file} is no Dockerfile",
            why="it is a folder, a pipe or a device, or a very large file",
            next_step="name another one: --file path/to/Dockerfile",
        )
    # A file without a FROM, and one that is no text, is refused with its reason here.
    read_dockerfile(file, args)
    return file, file.read_bytes().decode("utf-8")


def _of_two(folder: Path, file: Path, said: Dockerfile) -> Path:
    """Return the folder in which most of what the Dockerfile copies is, of two likely ones."""
    view = View(said)
    wanted = [word for one in view.everywhere for word in one.sources if "://" not in word]

    def finds(context: Path) -> int:
        return sum(any(_matches(context, word)) for word in wanted)

    # The folder that the reader named comes first where both are as good.
    return max((folder, file.parent), key=finds)


def _matches(context: Path, word: str) -> Iterator[Path]:
    plain = word.lstrip("/") or "."
    try:
        yield from [context] if plain in (".", "./") else context.glob(plain.rstrip("/"))
    except (ValueError, NotImplementedError):  # no pattern that a folder can be asked for
        return


def _port_of(service: Service, said: Dockerfile, env: Mapping[str, str]) -> tuple[int, str]:
    if service.ports:
        return service.ports[0], f"the service `{service.name}` names it"
    if env.get("PORT", "").isdecimal():
        return int(env["PORT"]), "its variable PORT names it"
    view = View(said)
    for one in view.shipped:
        if one.name == "EXPOSE":
            for word in one.instruction.args:
                number, _, protocol = one.expand(word).partition("/")
                if number.isdecimal() and protocol.lower() in ("", "tcp"):
                    return int(number), "EXPOSE names it"
    if view.env.get("PORT", "").isdecimal():
        return int(view.env["PORT"]), "ENV PORT names it"
    return _PORT, "nothing names one"
