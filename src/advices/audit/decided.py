"""Pure: what compose decides, so that no change of the Dockerfile would be seen."""

from __future__ import annotations

from advices.audit.project import Project


def decided(project: Project) -> dict[str, str]:
    """Return why a remedy is not tried, by its name; only for those that compose overrules."""
    found = {}
    how, file = project.how, "the compose file's own"
    if how.user is not None:
        found["user"] = f"{file} `user:` decides as whom the container runs"
    has_entrypoint = any(one.name == "ENTRYPOINT" for one in project.source().view.shipped)
    if how.entrypoint is not None:
        found["exec"] = f"{file} `entrypoint:` decides what is PID 1"
    elif how.command and not has_entrypoint:
        found["exec"] = f"{file} `command:` decides what is PID 1"
    if "exec" in found:
        found["settings"] = found["exec"]
    return found
