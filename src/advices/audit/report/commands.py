"""Pure: the commands that measure one thing again, with plain docker where docker can tell it."""

from __future__ import annotations

import shlex
from dataclasses import replace

from advices.audit.audit import Audit
from advices.audit.project import Project
from advices.engine import Start
from advices.lab import MeasureName

_PLAIN = Start(default_capabilities=True)
_NAME = "advices-audit"
_INSIDE = {
    "uid": f"docker exec {_NAME} grep -E '^(Uid|Gid)' /proc/1/status",
    "writable_app_files": f"docker exec {_NAME} find . -type f -writable",
    "stop_exit_code": (
        f"time docker stop {_NAME}\ndocker inspect --format '{{{{.State.ExitCode}}}}' {_NAME}"
    ),
}
_LISTS = "/var/lib/apt/lists /root/.cache"
_OF_THE_IMAGE = {
    "compilers": f"docker run --rm --entrypoint which {_NAME} gcc g++ cc clang",
    "apt_lists_bytes": f"docker run --rm --user root --entrypoint du {_NAME} -sh {_LISTS}",
    "pip_cache_bytes": f"docker run --rm --user root --entrypoint du {_NAME} -sh {_LISTS}",
    "hidden_bytes": f"docker history {_NAME}",
    "disk_bytes": f"docker history {_NAME}",
}


def repeat(audit: Audit, measure: MeasureName) -> str:
    """Return the commands that measure this again in the project's folder, a line each.

    Values of build arguments and variables are left out: docker takes them from the shell. What
    compose starts in another way, or with others beside it, is measured by an audit.
    """
    build = _build(audit.project)
    plain = replace(audit.project.how, printed_bytes=None) == _PLAIN and not audit.project.beside
    if audit.project.inline:
        return _audit(audit.project)
    if measure.name == "steps_run" and (edit := _edit(audit, measure.of)):
        again = build.replace("docker build", "docker build --progress plain", 1)
        return f"{build}\n{edit}\n{again} 2>&1 | grep -B 1 -E 'CACHED|DONE'\n# undo the edit"
    if measure.name in _OF_THE_IMAGE and not measure.of:
        return f"{build}\n{_OF_THE_IMAGE[measure.name]}"
    if measure.name in _INSIDE and not measure.of and plain:
        names = "".join(f" --env {shlex.quote(name)}" for name in audit.project.env)
        start = f"docker run --detach --name {_NAME}{names} {_NAME}"
        return f"{build}\n{start}\n{_INSIDE[measure.name]}\ndocker rm --force {_NAME}"
    return _audit(audit.project)


def _build(project: Project) -> str:
    words = ["docker", "build", "--tag", _NAME, "--file", project.shown(project.dockerfile)]
    if project.target:
        words += ["--target", project.target]
    for name in project.build_args:
        words += ["--build-arg", name]
    for one in project.secrets:
        source = f"src={one.file}" if one.file else f"env={one.variable}"
        words += ["--secret", f"id={one.id},{source}"]
    return shlex.join([*words, project.shown(project.context)])


def _edit(audit: Audit, build: str) -> str:
    """Return the command that does what a replay does, "" for one that only appends nothing."""
    replay = audit.lab.replays.get(build)
    if replay is None or replay.file is None or not replay.append:
        return ""
    file = audit.project.shown(audit.project.context / replay.file)
    line = replay.append.replace("{sample}", "edited").strip("\n")
    return f"echo {shlex.quote(line)} >> {shlex.quote(file)}"


def _audit(project: Project) -> str:
    words = ["advices", "audit", "."]
    words += [] if project.inline else ["--file", project.shown(project.dockerfile)]
    words += ["--context", project.shown(project.context), "--port", str(project.port)]
    for option, value in (("--target", project.target), ("--service", project.service)):
        words += [option, value] if value else []
    if project.url_path != "/":
        words += ["--url-path", project.url_path]
    return shlex.join(words)
