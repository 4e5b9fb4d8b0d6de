"""Pure: what a failed build means, recognised by what it said.

A Dockerfile is blamed for a step that ran and failed, and for a line that the frontend refuses.
Everything else is the builder's: then nobody is sent to mend a Dockerfile.
"""

from __future__ import annotations

import re

from advices.core import (
    AdvicesError,
    BaseUnavailable,
    BuilderUnusable,
    DiskFull,
    DockerfileInvalid,
    EngineLost,
    FrontendTooOld,
    StepFailed,
)
from advices.engine.build_log import BuildLog
from advices.engine.pull_faults import pull_fault
from advices.engine.start_faults import is_of_the_runtime
from advices.lab import Dockerfile

# What the docker command says of its own connection, not what a registry or a step says.
_LOST = (
    "cannot connect to the docker daemon",
    "error reading from server",
    "transport is closing",
    "closing transport",
    "error during connect",
    "server closed the stream",
    # BuildKit's cache, in an engine that is being stopped.
    "database not open",
)
_DOCKERFILE = (
    "dockerfile parse error",
    "unknown instruction",
    "failed to process",
    "syntax error -",
    # The frontend gives no line for these.
    "cannot be empty",
    "no build stage in current context",
    "target stage ",
)
# The builder's own work around a step, which no Dockerfile decides.
_OF_THE_BUILDER = re.compile(
    r"\bfailed to (?:prepare|mount|create lease|get layer|register layer|export|load ref)\b"
    r"|\binput/output error|\brpc error|\bread-only file system.*\b(?:overlay|snapshots?)\b"
    r"|\bcannot allocate memory|\btoo many open files",
    re.I | re.S,
)
_IMAGE = re.compile(
    r"(?:resolve image config for(?: docker-image://)?|\[internal\] load metadata for) ?(\S+)"
)
# Ours: an image of this engine that stands for a name in FROM.
_CONTEXT = re.compile(r"\[context [^]]+\] load metadata for ")
_LINE = re.compile(r"^(?:.*):(\d+)\n-{10,}$", re.M)
_FLAG = re.compile(r"parse error on line (\d+): unknown flag: ([\w-]+)")
_KEY = re.compile(r"unexpected key '([\w-]+)' in")
_WORD = re.compile(r"parse error on line (\d+): unknown instruction")
# Flags that not every frontend knows. Source: release notes of BuildKit's Dockerfile frontend.
_LATER_FLAGS = {
    "ADD": {"checksum", "chmod", "exclude", "keep-git-dir", "link", "unpack"},
    "COPY": {"chmod", "exclude", "link", "parents"},
    "HEALTHCHECK": {"start-interval"},
    "RUN": {"device", "mount", "network", "security"},
}
_LATER_KEYS = {"env"}


def explain(called: str, log: BuildLog, read: Dockerfile | None = None) -> AdvicesError:
    """Return the error that a failed build of a Dockerfile means, `read` as this toolkit reads it.

    A PullFailed says that the image of its frontend, or another one, is not to be had.
    """
    text = log.error_text()
    lower = text.lower()
    last = _last(log)
    failed = log.failed_step()
    if "no space left on device" in (lower + (failed[1].lower() if failed else "")):
        return DiskFull(f"{called}: the engine found no space left on its device")
    if failed is not None and "did not complete successfully" in lower:
        return _ended(called, *failed, last)
    if any(sign in lower for sign in _LOST):
        return lost(called, log)
    if failed is not None and not _is_the_builders(failed[0], text):
        return StepFailed(
            f"{called}: this step failed: {failed[0]}\n{last}",
            why="the engine refused it",
            step=failed[0],
            printed=last,
        )
    asked = ((_IMAGE.match(name), error) for name, error in log.errors())
    return (
        _of_another_platform(called, log, read)
        or next((pull_fault(image[1], error) for image, error in asked if image), None)
        or _unread(called, log, read)
        or BuilderUnusable(f"{called}: the builder failed:\n{last}")
    )


def lost(called: str, log: BuildLog) -> EngineLost:
    """Return the error for an engine that was there when the build began."""
    return EngineLost(f"{called}: the engine went away during the build\n{_last(log)}")


def _ended(called: str, name: str, tail: str, last: str) -> AdvicesError:
    """Return the error for a command that ended with an error, or could not be started."""
    # What could not be started said nothing itself.
    said = tail or last
    if is_of_the_runtime(said.splitlines()[-1] if tail else said):
        return BuilderUnusable(
            f"{called}: the builder could not start a step: {name}\n{said}",
            why="its container runtime is broken, or this machine blocks it",
            next_step="try `docker run` with any image; the engine's log shows more",
        )
    why = "a command failed inside the build; its last lines are above"
    # The carriage return was taken for the end of a line.
    if re.search(r"^: (?:command )?not found", said, re.M):
        why = "its here-document has Windows line ends, which the shell reads as text"
        return StepFailed(
            f"{called}: this step failed: {name}\n{said}",
            why=why,
            next_step="save the Dockerfile with Unix line ends (LF)",
            step=name,
            printed=said,
        )
    what = f"{called}: this step failed: {name}\n{said}"
    return StepFailed(what, why=why, step=name, printed=said)


def _is_the_builders(step: str, text: str) -> bool:
    """Return whether a step failed that no Dockerfile decides: its base, or what is around it."""
    return "] FROM " in step or bool(_OF_THE_BUILDER.search(text)) or is_of_the_runtime(text)


def _of_another_platform(
    called: str, log: BuildLog, read: Dockerfile | None
) -> BaseUnavailable | None:
    """Return the error for a FROM that asks for a platform for which its base is not here."""
    if read is None or not any(_CONTEXT.match(name) for name, _ in log.errors()):
        return None
    shown = _LINE.search(log.error_text())
    line = int(shown[1]) if shown else 0
    for one in read.instructions:
        if one.start_line <= line <= one.end_line and one.flag("platform"):
            return BaseUnavailable(
                f"{called}, line {one.start_line}: `{one.line}`: its base is not here for that "
                "platform",
                why="labs build and start images only for the engine's own platform",
                next_step="leave `--platform` out, or write `--platform=$BUILDPLATFORM`",
            )
    return None


def _unread(called: str, log: BuildLog, read: Dockerfile | None) -> AdvicesError | None:
    """Return the error for a Dockerfile that the frontend refuses, None where it is not that."""
    if any(log.errors()):
        return None
    text, last = log.error_text(), _last(log)
    shown = _LINE.search(text)
    if newer := _newer(text, int(shown[1]) if shown else 0, read):
        line, what = newer
        return FrontendTooOld(f"{called}, line {line}: this builder is too old for {what}")
    if any(sign in text.lower() for sign in _DOCKERFILE):
        return DockerfileInvalid(
            f"{called} could not be read:\n{last}", why="it has a syntax error"
        )
    if shown:
        told = text.strip().splitlines()[-1].removeprefix("ERROR: failed to solve: ")
        return DockerfileInvalid(
            f"{called}, line {shown[1]}: {told}", why="the builder does not accept this line"
        )
    return None


def _newer(text: str, line: int, read: Dockerfile | None) -> tuple[int, str] | None:
    """Return the line of what only later frontends know, and what it is, None without any."""
    if read is None:
        return None
    if flag := _FLAG.search(text):
        line = int(flag[1])
        for one in read.instructions:
            if one.start_line <= line <= one.end_line and flag[2] in _LATER_FLAGS.get(one.name, ()):
                return line, f"`{one.name} --{flag[2]}`"
    if (key := _KEY.search(text)) and key[1] in _LATER_KEYS:
        return line, f"`{key[1]}=` in a mount"
    if word := _WORD.search(text):
        line = int(word[1])
        for one in read.instructions:
            if one.heredocs and one.start_line < line <= one.end_line:
                return one.start_line, f"this here-document: `{one.line.partition(';')[0]}`"
    return None


def _last(log: BuildLog) -> str:
    return "\n".join(log.error_text().strip().splitlines()[-6:])
