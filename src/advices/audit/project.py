"""What of a project is built, and how: found in its folder, or asked for by the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advices.audit.remedies import Source
from advices.audit.secrets import Secret
from advices.core import LabInvalid
from advices.lab import Dockerfile, View, context_files, read_dockerfile

_NAMES = ("Dockerfile", "Containerfile", "dockerfile")
_FOLDERS = ("docker", "deploy", "build", ".docker", "app", "src", "backend", "server", "web")
_TEXTS = (".txt", ".toml", ".in", ".lock", ".cfg", "Pipfile", ".sh", "entrypoint", "start")
_TEXT_AT_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Asked:
    """What the reader says of the build and the container; what is None or empty is found out."""

    file: Path | None = None
    context: Path | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    url_path: str = "/"
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """One thing that was found out: its name, what it is, why, and the option that changes it."""

    name: str
    value: str
    why: str
    option: str


@dataclass(frozen=True)
class Project:
    """A project as its image is built and started. `chosen` tells what nobody asked for."""

    folder: Path
    dockerfile: Path
    context: Path
    build_args: Mapping[str, str]
    env: Mapping[str, str]
    port: int
    url_path: str
    chosen: tuple[Chosen, ...]
    secrets: tuple[Secret, ...] = ()

    def source(self) -> Source:
        """Return its Dockerfile with what of the project decides how it can be changed."""
        names = {file.relative_to(self.context).as_posix(): file for file in self.files()}
        return Source(
            self.dockerfile.read_bytes().decode("utf-8"),
            build_args=self.build_args,
            files={name: _text(file) for name, file in names.items()},
        )

    def shown(self, path: Path) -> str:
        """Return a path of the project as its reader writes it."""
        return _shown(path, self.folder)

    def files(self) -> Iterator[Path]:
        """Yield the files that a build may copy."""
        return context_files(self.context)


def read_project(folder: Path, asked: Asked) -> Project:
    """Return what is built in a folder. Raises LabInvalid where nothing is found to build."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise LabInvalid(
            f"{folder} is no folder",
            why="an audit reads a project's folder",
            next_step="name the folder of your project",
        )
    chosen: list[Chosen] = []
    file = asked.file.resolve() if asked.file else _found(folder, chosen)
    said = read_dockerfile(file, asked.build_args)
    if asked.context:
        context = asked.context.resolve()
    else:
        context = _context(folder, file, said)
        why = "its COPY lines find their files there"
        chosen.append(Chosen("context", _shown(context, folder), why, "--context"))
    port = asked.port
    if port is None:
        port, why = _port(said)
        chosen.append(Chosen("port", str(port), why, "--port"))
    return Project(
        *(folder, file, context, dict(asked.build_args), dict(asked.env), port),
        url_path=asked.url_path,
        chosen=tuple(chosen),
        secrets=asked.secrets,
    )


def _found(folder: Path, chosen: list[Chosen]) -> Path:
    places = [folder, *(folder / name for name in _FOLDERS)]
    files = [place / name for place in places for name in _NAMES if (place / name).is_file()]
    if not files:
        files = sorted(one for one in folder.glob("*/Dockerfile") if one.is_file())
    if not files:
        raise LabInvalid(
            f"there is no Dockerfile in {folder}",
            why="neither the folder nor one right below it has one",
            next_step="name it: --file path/to/Dockerfile",
        )
    why = "it is the only one" if len(files) == 1 else f"it is the first of {len(files)}"
    chosen.append(Chosen("Dockerfile", _shown(files[0], folder), why, "--file"))
    return files[0]


def _context(folder: Path, file: Path, said: Dockerfile) -> Path:
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


def _port(said: Dockerfile) -> tuple[int, str]:
    view = View(said)
    for one in view.shipped:
        if one.name == "EXPOSE":
            for word in one.instruction.args:
                number = one.expand(word).partition("/")[0]
                if number.isdecimal():
                    return int(number), "EXPOSE names it"
    if view.env.get("PORT", "").isdecimal():
        return int(view.env["PORT"]), "ENV PORT names it"
    return 8000, "nothing names one"


def _text(file: Path) -> str:
    if file.is_symlink() or not file.name.endswith(_TEXTS):
        return ""
    try:
        if file.stat().st_size > _TEXT_AT_MOST_BYTES:
            return ""
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
