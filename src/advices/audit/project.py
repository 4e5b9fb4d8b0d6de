"""What of a project is built, and how: found in its folder, or asked for by the reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from advices.audit.reading.asked import Asked
from advices.audit.reading.chosen import Chosen
from advices.audit.reading.found import Finder
from advices.audit.reading.languages import Language
from advices.audit.reading.places import places_of, repository_of, shown_from
from advices.audit.reading.plans import Bake, plan_of
from advices.audit.reading.service import Service
from advices.audit.reading.target import cut
from advices.audit.remedies import Source
from advices.audit.secrets import Secret
from advices.core import LabInvalid
from advices.engine import Start, bake_targets
from advices.lab import context_files, parse_dockerfile

__all__ = ["Asked", "Chosen", "Project", "read_project"]

_TEXTS = (".txt", ".toml", ".in", ".lock", ".cfg", "Pipfile", ".sh", "entrypoint", "start")
# Settings that the container may get when it starts.
_SETTINGS = ".env"
_TEXT_AT_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Project:
    """A project as its image is built and started. `chosen` tells what nobody asked for.

    `text` is its Dockerfile up to the stage that is built, `rest` what the file has behind that.
    `ignore` is the file that says what stays out of a build, whether or not it is there. `how` is
    how its container is started, `beside` what it depends on. `inline` says that the Dockerfile is
    written in `dockerfile`, a compose or bake file. `languages` are what it is written in, `built`
    the services of the project that build, `asked` is what the reader said.
    """

    folder: Path
    dockerfile: Path
    context: Path
    build_args: Mapping[str, str]
    env: Mapping[str, str]
    port: int
    url_path: str
    chosen: tuple[Chosen, ...]
    text: str
    ignore: Path
    rest: str = ""
    how: Start = field(default_factory=lambda: Start(default_capabilities=True))
    beside: tuple[Service, ...] = ()
    service: str = ""
    built: tuple[str, ...] = ()
    inline: bool = False
    languages: tuple[Language, ...] = ()
    target: str = ""
    asked: Asked = field(default_factory=Asked)
    secrets: tuple[Secret, ...] = ()

    def source(self) -> Source:
        """Return its Dockerfile with what of the project decides how it can be changed."""
        names = {file.relative_to(self.context).as_posix(): file for file in self.files()}
        return Source(
            self.text,
            build_args=self.build_args,
            files={name: _text(file) for name, file in names.items()},
        )

    def shown(self, path: Path) -> str:
        """Return a path of the project as its reader writes it in the folder."""
        return shown_from(self.folder, self.root, path)

    @property
    def root(self) -> Path:
        """Return the root of its repository, or its folder where there is none."""
        return repository_of(self.folder)

    @property
    def patched(self) -> Path:
        """Return the folder in which a diff of it applies: a diff leads out of none.

        It is the project's folder where that has all files, else the root of the repository, and
        for what the reader named elsewhere the nearest folder above all.
        """
        places = (self.folder, self.context, self.dockerfile.parent, self.ignore.parent)
        for folder in (self.folder, self.root):
            if all(one.is_relative_to(folder) for one in places):
                return folder
        return Path(os.path.commonpath(places))

    def in_diff(self, name: str) -> str:
        """Return the path of a file in a diff; `name` is how the reader writes it."""
        path = os.path.normpath(self.folder / name)
        return Path(path).relative_to(self.patched).as_posix()

    def files(self) -> Iterator[Path]:
        """Yield the files that a build may copy."""
        return context_files(self.context, self.ignore)

    def asked_at(self, there: Callable[[Path], Path]) -> Asked:
        """Return what asks for the same build and the same start of another copy of the project.

        `there` gives the place of a path in the copy.
        """
        return replace(
            self.asked,
            file=there(self.dockerfile),
            context=there(self.context),
            build_args=self.build_args,
            env=self.env,
            port=self.port,
            url_path=self.url_path,
            target=self.target,
            service=self.service,
        )

    def must_be_writable(self) -> None:
        """Raise LabInvalid where a fix could not be written: its Dockerfile is no file."""
        if self.inline:
            raise LabInvalid(
                f"the Dockerfile of `{self.service}` is written in {self.shown(self.dockerfile)}",
                why="--fix writes Dockerfiles, and none that is a part of another file",
                next_step="write it to a file and name that as `dockerfile:`, or leave out --fix",
            )


def read_project(folder: Path, asked: Asked, bake: Bake = bake_targets) -> Project:
    """Return what is built in a folder.

    `bake` asks buildx for the targets of a bake file. Raises LabInvalid where nothing is found to
    build or a file is not read, DockerfileInvalid, and CommandFailed where buildx is missing.
    """
    places = places_of(folder)
    chosen: list[Chosen] = []
    finder = Finder(places, asked, plan_of(places, asked, bake, chosen), chosen)
    service, plan = finder.service, finder.plan
    args = {**(service.build.args if service.build else {}), **asked.build_args}
    file, whole = finder.dockerfile(args)
    target = finder.target()
    text, rest = cut(whole, target, args)
    said = parse_dockerfile(text, args, file.name)
    if not target:
        finder.last_stage(said)
    context = finder.context(file, said)
    ignore = finder.ignore_file(file, context)
    env = {**service.env, **asked.env}
    files = (one.relative_to(context).as_posix() for one in context_files(context, ignore))
    return Project(
        *(places.folder, file, context, args, env),
        port=finder.port(said, env),
        url_path=finder.page(said),
        text=text,
        rest=rest,
        ignore=ignore,
        how=finder.how(),
        beside=finder.beside(),
        service=service.name,
        built=plan.built if plan else (),
        inline=plan is not None and file == plan.file,
        languages=finder.languages(files),
        target=target,
        asked=asked,
        chosen=tuple(chosen),
        secrets=asked.secrets,
    )


def _text(file: Path) -> str:
    # A reader of a pipe would wait for a writer.
    if file.is_symlink() or not file.is_file() or not file.name.endswith((*_TEXTS, _SETTINGS)):
        return ""
    try:
        if file.stat().st_size > _TEXT_AT_MOST_BYTES:
            return ""
        # Its line ends are kept: a diff of it has to apply.
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
