"""What happens to a project between two builds: an edit of each kind of file."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

from advices.audit.project import Project
from advices.core import CommandFailed, run
from advices.lab import SAMPLE, Edit, Replay

_GIT_SECONDS = 30.0
# Lists of packages in which a line more changes nothing that is installed. Of Pipfile.lock that is
# not so, for it is JSON in which every table is a group of packages.
_LISTS = (
    *("requirements.txt", "uv.lock", "poetry.lock", "Pipfile", "pdm.lock"),
    *("pyproject.toml", "setup.cfg", "package.json", "go.mod", "Gemfile", "Cargo.toml", "pom.xml"),
    *("build.gradle", "build.gradle.kts", "composer.json", "mix.exs"),
)
_LIST_DEPTH_AT_MOST = 2
_HASH, _SLASHES, _ANGLES, _TEXT = "# {sample}", "// {sample}", "<!-- {sample} -->", "{sample}"
# How a line is added that changes nothing, by the end of the file's name.
_COMMENTS = {
    **dict.fromkeys((".py", ".txt", ".toml", ".lock", ".cfg", ".rb", ".sh", ".exs", ".ex"), _HASH),
    **dict.fromkeys(("Pipfile", "Gemfile"), _HASH),
    **dict.fromkeys((".js", ".mjs", ".jsx", ".ts", ".tsx", ".go", ".mod", ".rs"), _SLASHES),
    **dict.fromkeys((".java", ".kt", ".kts", ".gradle", ".cs", ".swift", ".scala"), _SLASHES),
    **dict.fromkeys((".md", ".html", ".xml"), _ANGLES),
    ".rst": _TEXT,
}
_CODE = (
    *(".py", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".cs", ".rb"),
    *(".ex", ".swift", ".scala", ".html"),
)
_GIT = ".git/HEAD"
_IN_GIT = ".git/docker-advices"


def touches(project: Project) -> dict[str, Replay]:
    """Return the replays of a project by name: an edit of code, packages, README, and a commit.

    Code is what git's history changed most of what the Dockerfile copies; without a history it is
    the largest file. Only what .dockerignore lets into a build can be touched.
    """
    source = project.source()
    # A link may lead out of the project, and a pipe is no text.
    files = {name: project.context / name for name in source.files}
    plain = {name for name, file in files.items() if file.is_file() and not file.is_symlink()}
    copied = [name for name in plain if any(one.brings(name) for one in source.view.built)]
    code = [name for name in copied if PurePosixPath(name).suffix in _CODE]
    code = _of_this_image(project, code) or code
    counted = _changes(project.context) if code else {}
    sizes = {name: (project.context / name).stat().st_size for name in code}
    picked = {
        "edit-source": max(
            code, key=lambda name: (counted.get(name, 0), sizes[name], name), default=None
        ),
        # A comment changes the list and nothing that is installed.
        "edit-packages": _list_of(plain, copied),
        "edit-readme": next((n for n in sorted(plain) if n.lower().startswith("readme.")), None),
    }
    found = {}
    for name, file in picked.items():
        replay = _edited(project.context, file) if file is not None else None
        if replay is not None:
            found[name] = replay
    # No file that is there already, which may be a link that leads out of the project.
    if _GIT in plain and not os.path.lexists(project.context / _IN_GIT):
        says = "git writes in .git, as each commit does"
        found["commit"] = Replay(says=says, file=_IN_GIT, append="{sample}\n")
    return found


def _of_this_image(project: Project, code: Iterable[str]) -> list[str]:
    """Return the files that are in no folder with a Dockerfile of another image."""
    context, file = project.context, project.dockerfile
    own = PurePosixPath(file.relative_to(context)) if file.is_relative_to(context) else None
    others = {
        path.parent
        for path in map(PurePosixPath, project.source().files)
        if path.name in ("Dockerfile", "Containerfile") and len(path.parts) > 1
    } - {*(own.parents if own else ())}
    return [name for name in code if others.isdisjoint(PurePosixPath(name).parents)]


def _place(file: str) -> int | None:
    """Return how early a list of packages is preferred, None for a file that is none."""
    path = PurePosixPath(file)
    if len(path.parts) > _LIST_DEPTH_AT_MOST:
        return None
    if path.name in _LISTS:
        return 2 * _LISTS.index(path.name)
    is_like = path.name.startswith("requirements") or path.parts[0] == "requirements"
    # Behind requirements.txt itself, and before all others.
    return 1 if is_like and path.suffix == ".txt" else None


def _list_of(files: Iterable[str], copied: Collection[str]) -> str | None:
    """Return the list of packages among files: one that is copied first, then one near the top."""
    ranked = [
        (file not in copied, file.count("/"), place, file)
        for file in files
        if (place := _place(file)) is not None
    ]
    return min(ranked)[-1] if ranked else None


def _edited(context: Path, file: str) -> Replay | None:
    """Return an edit that changes a file and not what it means, None where none is known.

    JSON has no comments: it gets a name more, `//`, which package managers leave alone.
    """
    path = PurePosixPath(file)
    comment = _COMMENTS.get(path.suffix) or _COMMENTS.get(path.name)
    if comment is not None:
        append = f"\n{comment}\n"
        return Replay(says=f"one line is added to {file}", file=file, append=append)
    if path.suffix != ".json":
        return None
    try:
        text = (context / file).read_text("utf-8")
        is_table = isinstance(value := json.loads(text), dict) and bool(value)
    except (OSError, ValueError, RecursionError):
        return None
    head = text[: text.find("{") + 1]
    if not is_table or SAMPLE in text:
        return None
    whole = Edit(file=file, replace=text, by=f'{head}"//": "{SAMPLE}",{text[len(head) :]}')
    return Replay(says=f"one line is added to {file}", edits=(whole,))


def _changes(context: Path) -> Mapping[str, int]:
    """Return how many of the last commits changed each file; nothing where git knows none."""
    # Nothing that the repository's settings name is run: no monitor, no check of a signature.
    quiet = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
    words = ("log", "-n", "500", "--format=", "--name-only", "--relative")
    argv = ["git", "-C", str(context), *quiet, *words]
    # And no object that is missing is fetched, which would start what a remote names.
    env = {"GIT_OPTIONAL_LOCKS": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "none"}
    try:
        said = run(argv, env=env, timeout_seconds=_GIT_SECONDS).stdout
    except CommandFailed:
        return {}
    counted: dict[str, int] = {}
    for line in filter(None, said.splitlines()):
        counted[line] = counted.get(line, 0) + 1
    return counted
