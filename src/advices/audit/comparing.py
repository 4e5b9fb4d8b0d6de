"""Builds another commit of a project in the same way, so that both can be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from advices.audit import git_tree
from advices.audit.against import Against
from advices.audit.audit import Audit, hiding, redacted
from advices.audit.beside import Beside
from advices.audit.how import How
from advices.audit.lab_of import lab_of
from advices.audit.not_measured import with_bases
from advices.audit.project import Project, read_project
from advices.audit.secrets import Redaction
from advices.audit.trial import Trials
from advices.core import LabInvalid
from advices.measure import QUICK, Bench
from advices.runs import own_run
from advices.workshop import Workshop

_HISTORY = "the build context has .git here, and none there: list it in .dockerignore"


def check_ref(project: Project, ref: str) -> str:
    """Return the commit that a reader means, before anything is built. Raises LabInvalid."""
    root = git_tree.repository(project.folder)
    for path in (project.dockerfile, project.context):
        if not path.resolve().is_relative_to(root):
            raise LabInvalid(
                f"--against {ref}: {path} is not in the repository {root}",
                why="another commit of it has no such file",
                next_step="leave --against out, or audit a Dockerfile of the repository",
            )
    return git_tree.commit(project.folder, ref)


def compared(
    workshop: Workshop, audit: Audit, ref: str, commit: str, seconds: float | None = None
) -> Audit:
    """Return an audit with what the project measures at another commit.

    It is built from the commit's files alone; the same edits are made to it. Raises what its build
    raises, and LabInvalid where the commit has nothing to build.
    """
    project = audit.project
    secrets = {one.id: one.value() for one in project.secrets}
    hide = Redaction(secrets.values())
    with (
        hiding(workshop, hide),
        own_run(workshop.engine, guarded=True) as run,
    ):
        tree = git_tree.write_tree(project.folder, commit, run.scratch / "against-tree")
        theirs = _project(project, git_tree.repository(project.folder), tree, ref)
        lab = lab_of(theirs, run.scratch / "against")
        there = {
            name: one
            for name, one in audit.lab.replays.items()
            if one.file is None or (lab.context / one.file).is_file()
        }
        # The same edits on both sides: without a history, others would be found there.
        most = audit.lab.build_timeout_seconds
        lab = lab.model_copy(update={"replays": there, "build_timeout_seconds": most})
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        beside = Beside(workshop, run.id, theirs.beside)
        trials = Trials(bench, theirs, "", beside=beside, secrets=secrets, scope=How())
        with with_bases(f"--against {ref}: "):
            found, canaries = trials.yours(with_secrets=bool(audit.trial.canaries))
        result = redacted(found, hide)
        canaries = tuple(replace(one, unjudged=hide(one.unjudged)) for one in canaries)
    history = any(".git" in one.relative_to(project.context).parts for one in project.files())
    against = Against(
        *(ref, commit, result, there, seconds, _HISTORY if history else ""), canaries=canaries
    )
    return replace(audit, against=against)


def _project(project: Project, root: Path, tree: Path, ref: str) -> Project:
    """Return the same project at another commit; what the commit does not have is its fault."""

    def there(path: Path) -> Path:
        return tree / path.resolve().relative_to(root)

    file, context = there(project.dockerfile), there(project.context)
    if not file.is_file() or not context.is_dir():
        raise LabInvalid(
            f"--against {ref}: that commit has no {project.shown(project.dockerfile)}",
            why="the file is newer, or it had another name",
            next_step="name a later commit, or leave --against out",
        )
    asked = project.asked_at(there)
    if project.inline:
        asked = replace(asked, file=None)
    return read_project(there(project.folder), asked)
