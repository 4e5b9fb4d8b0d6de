"""How an audit is done: as its reader asks for it, and what that leaves out."""

from __future__ import annotations

from dataclasses import dataclass

from advices.audit.project import Project
from advices.audit.remedies import remedies
from advices.lab import Lab, parse_dockerfile

_EDIT = "edit-source"


@dataclass(frozen=True)
class How:
    """What of an audit is done, and how long a build of it may take.

    A `quick` one builds again only after an edit of the code, and tries all changes at once; each
    alone only if they break something together.
    """

    quick: bool = False
    build_seconds: float = 1200.0

    def of(self, lab: Lab) -> Lab:
        """Return a project's lab as it is measured."""
        replays = {
            name: one for name, one in lab.replays.items() if not self.quick or name == _EDIT
        }
        return lab.model_copy(
            update={"replays": replays, "build_timeout_seconds": self.build_seconds}
        )

    def left_out(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        """Return what was not judged of a project's whole lab, each with the reason."""
        gone = lab.replays.keys() - self.of(lab).replays.keys()
        return tuple(
            (f"a build when {lab.replays[name].says}", "--quick leaves it out")
            for name in lab.replays
            if name in gone
        )


ALONE = ("what each change brings alone", "--quick tries them together; gains do not add up")


def from_names(project: Project) -> tuple[str, ...]:
    """Return the images that a project's Dockerfile names, and those that a change of it names."""
    source = project.source()
    texts = (source.text, *(change.dockerfile for change in remedies(source).values()))
    read = (parse_dockerfile(text, project.build_args) for text in texts)
    return tuple(dict.fromkeys(name for one in read for name in one.external_images))
