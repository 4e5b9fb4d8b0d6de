"""The lab of a project: its context is copied once, and its Dockerfile is both bad and good."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from advices.audit.project import Project
from advices.audit.remedies import Change, meant
from advices.audit.touches import touches
from advices.core import DiskFull, LabInvalid, write_whole
from advices.lab import Lab, Serve, Variant, unreadable

YOURS = "yours"
PROBES = ("files", "imports", "user", "stop")
CONTEXT_AT_MOST_BYTES = 500_000_000
_ANSWERS_WITHIN_SECONDS = 30.0
_IGNORE = ".dockerignore"


def copy_context(project: Project, to: Path) -> Path:
    """Return a copy of what a build of the project may copy; links stay links.

    Raises LabInvalid for a context that is too large to be copied for each build, and DiskFull.
    """
    total = 0
    try:
        to.mkdir(parents=True)
        for file in project.files():
            target = to / file.relative_to(project.context)
            if file.is_symlink():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(file.readlink())
            elif file.is_file():
                total += file.stat().st_size
                if total > CONTEXT_AT_MOST_BYTES:
                    raise LabInvalid(
                        f"the build context {project.context} has more than "
                        f"{CONTEXT_AT_MOST_BYTES // 1_000_000} MB of files",
                        why="its .dockerignore lets in what no build needs, or it is a data folder",
                        next_step="list large files in .dockerignore, or name another --context",
                    )
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)
        # A Dockerfile's own one counts here as that of the context: one of them is read.
        if text := ignore_text(project):
            write_whole(to / _IGNORE, text)
    except OSError as error:
        named = Path(str(error.filename))
        if isinstance(error, PermissionError) and named.is_relative_to(project.context):
            raise unreadable(error) from None
        raise DiskFull(
            f"could not copy the project to a scratch folder: {error}",
            why="the disk is full, or a file of the project is not readable",
        ) from None
    return to


def lab_of(project: Project, folder: Path) -> Lab:
    """Return a project as a lab; its Dockerfile and its context are written to a folder.

    Raises what `copy_context` raises.
    """
    context = copy_context(project, folder / "context")
    # What the reader sets for the container wins over the image.
    env = {n: v for n, v in meant(project.source()).items() if n not in project.env}
    yours = variant_of(project, folder, YOURS, Change("", project.text))
    return Lab(
        slug="audit",
        folder=folder,
        title=project.folder.name,
        advice="",
        context=context,
        probes=(*PROBES, *(["environment"] if env else [])),
        intended_env=env,
        needs_free_bytes=2_000_000_000,
        serve=Serve(
            port=project.port,
            path=project.url_path,
            timeout_seconds=_ANSWERS_WITHIN_SECONDS,
            env=dict(project.env),
        ),
        variants={"bad": yours, "good": yours},
        replays=touches(project),
        claims=(),
        is_own=True,
    )


def variant_of(project: Project, folder: Path, name: str, change: Change) -> Variant:
    """Return the project as a change makes it; its files are written to a folder."""
    file = write_whole(folder / f"{name}.Dockerfile", change.dockerfile)
    texts = dict(change.files)
    if change.ignores:
        texts[_IGNORE] = with_ignores(ignore_text(project), change.ignores)
    overlay = f"{name}-files" if texts else None
    for path, text in texts.items():
        new = write_whole(folder / str(overlay) / path, text)
        if (old := project.context / path).is_file():
            new.chmod(old.stat().st_mode & 0o777)
    # What has become a secret is no argument any more.
    build_args = {n: v for n, v in project.build_args.items() if n not in change.secrets}
    return Variant(dockerfile=file.name, says=name, overlay=overlay, build_args=build_args)


def ignore_text(project: Project) -> str:
    """Return what says which files stay out of a build of the project, "" without any.

    It is as it is written, line ends and a byte order mark included: a diff of it has to apply.
    """
    return project.ignore.read_bytes().decode("utf-8") if project.ignore.is_file() else ""


def with_ignores(text: str, ignores: Sequence[str]) -> str:
    """Return a .dockerignore with some lines more, which end as its other ones do."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    end = "" if not text or text.endswith("\n") else line_end
    return text + end + "".join(f"{line}{line_end}" for line in ignores)
