"""The lab of a project: its variants are the project as it is, one for each remedy, and all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from advices.audit.project import Project
from advices.audit.remedies import Change
from advices.audit.touches import touches
from advices.core import DiskFull, LabInvalid
from advices.lab import Lab, Serve, Variant

YOURS = "bad"
TOGETHER = "good"
_CONTEXT_AT_MOST_BYTES = 500_000_000
PROBES = ("stop", "user")


def copy_context(project: Project, to: Path) -> Path:
    """Return a copy of what a build of the project may copy; links stay links.

    Raises LabInvalid for a context that is too large to be copied for each build, and DiskFull.
    """
    total = 0
    try:
        for file in project.files():
            target = to / file.relative_to(project.context)
            target.parent.mkdir(parents=True, exist_ok=True)
            if file.is_symlink():
                target.symlink_to(file.readlink())
            elif file.is_file():
                total += file.stat().st_size
                if total > _CONTEXT_AT_MOST_BYTES:
                    raise LabInvalid(
                        f"the context {project.context} has more than 500 MB of files",
                        why="its .dockerignore lets in what no build needs, or it is a data folder",
                        next_step="list large files in .dockerignore, or name another --context",
                    )
                shutil.copy2(file, target)
        ignore = project.context / ".dockerignore"
        if ignore.is_file():
            shutil.copy2(ignore, to / ".dockerignore")
    except OSError as error:
        raise DiskFull(
            f"could not copy the project to a scratch folder: {error}",
            why="the disk is full, or a file of the project is not readable",
        ) from None
    to.mkdir(parents=True, exist_ok=True)
    return to


def lab_of(project: Project, changes: Mapping[str, Change], folder: Path) -> Lab:
    """Return the lab of a project; its Dockerfiles and its context are written to a folder."""
    context = copy_context(project, folder / "context")
    text = project.dockerfile.read_bytes()
    variants = {YOURS: _variant(project, folder, YOURS, text, says="as it is", ignores=())}
    for name, change in changes.items():
        new = change.dockerfile.encode()
        variants[name] = _variant(
            project, folder, name, new, says=change.says, ignores=change.ignores
        )
    variants.setdefault(TOGETHER, variants[YOURS])
    return Lab(
        slug="audit",
        folder=folder,
        title=project.folder.name,
        advice="",
        context=context,
        probes=PROBES,
        serve=Serve(port=project.port, path=project.url_path),
        variants=variants,
        replays=touches(context),
        claims=(),
    )


def _variant(
    project: Project, folder: Path, name: str, text: bytes, *, says: str, ignores: Sequence[str]
) -> Variant:
    file = folder / f"{name}.Dockerfile"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text)
    overlay = None
    if ignores:
        overlay = f"{name}-files"
        (folder / overlay).mkdir()
        old = project.context / ".dockerignore"
        lines = old.read_text("utf-8-sig") if old.is_file() else ""
        lines += "" if not lines or lines.endswith("\n") else "\n"
        (folder / overlay / ".dockerignore").write_text(lines + "\n".join(ignores) + "\n", "utf-8")
    return Variant(
        dockerfile=file.name, says=says, overlay=overlay, build_args=dict(project.build_args)
    )
