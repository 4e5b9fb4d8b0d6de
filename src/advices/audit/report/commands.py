"""Pure: the commands that measure one thing again, with plain docker where docker can tell it."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from advices.audit.audit import Audit
from advices.audit.project import Project
from advices.audit.reading.plans import is_plan
from advices.audit.secrets import Secret
from advices.engine import Start
from advices.lab import MeasureName

_PLAIN = Start(default_capabilities=True)
_TAG = "advices-audit"
# What a shell takes for the name of a variable.
_NAME = re.compile(r"[A-Za-z_]\w*", re.A)
_INSIDE = {
    "uid": f"docker exec {_TAG} grep -E '^(Uid|Gid)' /proc/1/status",
    "writable_app_files": f"docker exec {_TAG} find . -type f -writable",
    "stop_exit_code": (
        f"time docker stop {_TAG}\ndocker inspect --format '{{{{.State.ExitCode}}}}' {_TAG}"
    ),
}
_LISTS = "/var/lib/apt/lists /root/.cache"
_OF_THE_IMAGE = {
    "compilers": f"docker run --rm --entrypoint which {_TAG} gcc g++ cc clang",
    "apt_lists_bytes": f"docker run --rm --user root --entrypoint du {_TAG} -sh {_LISTS}",
    "pip_cache_bytes": f"docker run --rm --user root --entrypoint du {_TAG} -sh {_LISTS}",
    "hidden_bytes": f"docker history {_TAG}",
    "disk_bytes": f"docker history {_TAG}",
}


def repeat(audit: Audit, measure: MeasureName) -> str:
    """Return the commands that measure this again in the project's folder, a line each.

    Values of build arguments and variables are left out: they come from the shell. What
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
        start = f"docker run --detach --name {_TAG}{names} {_TAG}"
        return f"{build}\n{start}\n{_INSIDE[measure.name]}\ndocker rm --force {_TAG}"
    return _audit(audit.project)


def _build(project: Project) -> str:
    words = ["docker", "build", "--tag", _TAG, "--file", project.shown(project.dockerfile)]
    if project.target:
        words += ["--target", project.target]
    for name in project.build_args:
        words += ["--build-arg", name]
    words += [word for one in project.secrets for word in _secret(project, one)]
    return shlex.join([*words, project.shown(project.context)])


def _secret(project: Project, secret: Secret) -> tuple[str, str]:
    """Return the option that gives a secret to a build; paths begin in the project's folder."""
    file = secret.file and project.shown(secret.file.resolve())
    return "--secret", f"id={secret.id},{f'src={file}' if file else f'env={secret.variable}'}"


def _edit(audit: Audit, build: str) -> str:
    """Return the command that does what a replay does, "" for one that only appends nothing."""
    replay = audit.lab.replays.get(build)
    if replay is None or replay.file is None or not replay.append:
        return ""
    file = audit.project.shown(audit.project.context / replay.file)
    line = replay.append.replace("{sample}", "edited").strip("\n")
    return f"echo {shlex.quote(line)} >> {shlex.quote(file)}"


def _audit(project: Project) -> str:
    words, asked = ["advices", "audit", "."], project.asked
    if asked.file is not None and is_plan(asked.file):
        # Without its name it is looked for in the folder, and it names the Dockerfile.
        words += ["--file", project.shown(asked.file.resolve())]
    elif not project.inline:
        words += ["--file", project.shown(project.dockerfile)]
    words += ["--context", project.shown(project.context), "--port", str(project.port)]
    for option, value in (("--target", project.target), ("--service", project.service)):
        words += [option, value] if value else []
    if project.url_path != "/":
        words += ["--url-path", project.url_path]
    words += [word for one in project.secrets for word in _secret(project, one)]
    for name, image in asked.images.items():
        words += ["--with", f"{name}={image}"]
    # What a file of the project says is read from there again.
    given = [("--build-arg", name) for name in asked.build_args]
    given += [("--env", name) for name in asked.env]
    told = (f' {option} {name}="${name}"' for option, name in given if _NAME.fullmatch(name))
    return shlex.join(words) + "".join(told)
