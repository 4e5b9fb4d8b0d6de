"""What happens to a project between two builds: an edit of each kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from advices.audit.project import Project
from advices.core import CommandFailed, run
from advices.lab import Replay

_GIT_SECONDS = 30.0
_LISTS = (
    *("requirements.txt", "uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"),
    *("pyproject.toml", "setup.cfg"),
)
_HASH, _SLASHES, _ANGLES, _TEXT = "# {sample}", "// {sample}", "<!-- {sample} -->", "{sample}"
# How a line is added that changes nothing, by the end of the file's name.
_COMMENTS = {
    **dict.fromkeys((".py", ".txt", ".toml", ".lock", ".cfg", ".rb", ".sh"), _HASH),
    **dict.fromkeys((".js", ".ts", ".go", ".rs", ".java", ".kt", ".cs"), _SLASHES),
    **dict.fromkeys((".md", ".html"), _ANGLES),
    ".rst": _TEXT,
}
_CODE = (".py", ".js", ".ts", ".go", ".rs", ".java", ".kt", ".cs", ".rb", ".html")
_GIT = ".git/HEAD"


def touches(project: Project) -> dict[str, Replay]:
    """Return the replays of a project by name: an edit of code, packages, README, and a commit.

    Code is what git's history changed most of what the Dockerfile copies; without a history it is
    the largest file. Only what .dockerignore lets into a build can be touched.
    """
    source = project.source()
    # A link may lead out of the project.
    plain = {name for name in source.files if not (project.context / name).is_symlink()}
    copied = [name for name in plain if any(one.brings(name) for one in source.view.everywhere)]
    code = [name for name in copied if PurePosixPath(name).suffix in _CODE]
    counted = _changes(project.context) if code else {}
    sizes = {name: (project.context / name).stat().st_size for name in code}
    picked = {
        "edit-source": max(
            code, key=lambda name: (counted.get(name, 0), sizes[name], name), default=None
        ),
        # A comment changes the list and nothing that is installed.
        "edit-packages": next((name for name in _LISTS if name in plain), None),
        "edit-readme": next((n for n in sorted(plain) if n.lower().startswith("readme.")), None),
    }
    found = {}
    for name, file in picked.items():
        comment = _COMMENTS.get(Path(file).suffix) if file is not None else None
        if comment is not None:
            says = f"one line is added to {file}"
            found[name] = Replay(says=says, file=file, append=f"\n{comment}\n")
    if _GIT in plain:
        says = "git writes in .git, as each commit does"
        found["commit"] = Replay(says=says, file=".git/advices", append="{sample}\n")
    return found


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
