"""Every foreseeable fault: what happened, why it probably did, what to do next.

A fault that a user can cause or meet is an `AdvicesError`. The command prints its three
sentences and exits with the class's own code; a traceback means a bug in this package.
Exit codes are stable: 2 belongs to wrong usage, 130 to Ctrl-C, 10 and up to this file.
"""

from __future__ import annotations

from collections.abc import Iterator


class AdvicesError(Exception):
    """A foreseeable fault. `str(error)` is the whole message, in three lines at most."""

    exit_code = 1
    why = ""
    next_step = ""

    def __init__(self, what: str, *, why: str = "", next_step: str = "") -> None:
        self.what = what
        self.why = why or type(self).why
        self.next_step = next_step or type(self).next_step
        super().__init__(what)

    def __str__(self) -> str:
        lines = [self.what]
        if self.why:
            lines.append(f"why: {self.why}")
        if self.next_step:
            lines.append(f"next: {self.next_step}")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback: a learner needs the message only."""
        return [f"{type(self).__name__}: {self}"]


class LabInvalid(AdvicesError):
    """A lab folder or its lab.toml says something that cannot be measured."""

    exit_code = 10
    why = "the file contains something that this toolkit does not know or cannot measure"
    next_step = "fix the file at the place named above"


class EngineMissing(AdvicesError):
    """No Docker engine answers and none could be started."""

    exit_code = 11
    why = "it is not installed, or it is not running"
    next_step = "run `advices doctor`; `advices engine start` installs and starts one on Debian"


class EngineLost(AdvicesError):
    """The engine answered before and does not any more."""

    exit_code = 12
    why = "somebody stopped the engine, or it crashed"
    next_step = "look at its log (`advices doctor` shows where), then run the same command again"


class DiskFull(AdvicesError):
    """There is not enough room for images, results or scratch files."""

    exit_code = 13
    why = "images, layers and scratch copies need disk space"
    next_step = (
        "free some space and run it again: `docker system df` shows what the engine stores, "
        "`docker builder prune` removes its build cache"
    )


class NeverAnswered(AdvicesError):
    """A container was started and its page never answered HTTP 200."""

    exit_code = 16
    why = "its program ended, listens elsewhere, or refuses the request"
    next_step = "read the container's last lines above; start the image by hand to try it"


class ResultInvalid(AdvicesError):
    """A results file is missing, damaged or from another version of the schema."""

    exit_code = 17
    why = "it has not been measured yet, or somebody edited the file"
    next_step = "measure it again: `advices run`"


class ClaimBroken(AdvicesError):
    """A claim of a lab no longer holds, or its bad variant no longer fails it."""

    exit_code = 18
    why = "the measurement contradicts the lab"
    next_step = "fix the lab or, if the world has changed, the claim and its chapter"


class ResultDrifted(AdvicesError):
    """A measured number left the band around the committed one."""

    exit_code = 19
    why = "a Dockerfile, a base, a dependency or the toolkit changed the numbers"
    next_step = "if the change is right, refresh the committed numbers: `advices run`"


class BaseUnavailable(AdvicesError):
    """Neither the official image nor a stand-in is to be had for a FROM name."""

    exit_code = 20
    why = "no registry answers, and there is no recipe that works"
    next_step = "connect to a registry, or `docker load` the image"


class NotebookFailed(AdvicesError):
    """A notebook ended with an error that is not one of ours, hung, or lost its kernel."""

    exit_code = 21
    why = "an error in the notebook or in the toolkit"
    next_step = "open the notebook in JupyterLab (`./run lab`) and run the cell named above"


class CommandFailed(AdvicesError):
    """A program that this package calls ended with an exit code that is not expected.

    `printed` is all that it had printed, where that is known and stands in no sentence.
    """

    exit_code = 22
    why = "a program that this step needs is missing or failed"
    next_step = "run the command by hand to see more"

    def __init__(self, what: str, *, why: str = "", next_step: str = "", printed: str = "") -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.printed = printed


class InstallRefused(AdvicesError):
    """Something would have to be installed and we may not do it."""

    exit_code = 23
    why = "to change this machine, the command needs root or a yes on a terminal"
    next_step = "run it as root, or install the packages named above yourself"


class PortTaken(AdvicesError):
    """An address that a service of ours needs is in use by somebody else."""

    exit_code = 24
    why = "another program uses that port"
    next_step = "stop that program and run the same command again"


class UnsteadyMeasure(AdvicesError):
    """Two samples of one thing disagree in something that must be exact."""

    exit_code = 26
    why = "somebody pruned the engine's build cache or removed the image during the measurement"
    next_step = "run it again while nothing else uses the engine"


class FileRefused(AdvicesError):
    """A file or folder of the project may not be written."""

    exit_code = 27
    why = "it belongs to another user, or the disk is read-only"
    next_step = "make it writable for this user and run the same command again"


class EngineForbidden(AdvicesError):
    """An engine is there and this user may not use its socket."""

    exit_code = 28
    why = "its socket is for root and the group `docker`"
    next_step = "`sudo usermod -aG docker $USER`, log in again, and run the same command again"


class DatabaseDown(AdvicesError):
    """The database that a probe attaches did not start, or refused its work."""

    exit_code = 29
    why = "its image is broken, or the machine has too little memory"
    next_step = "read its last lines above; start the image by hand to try it"


class ScanFailed(AdvicesError):
    """A scanner ran and brought no result that can be believed. It is never "no alerts"."""

    exit_code = 30
    why = "the scanner could not reach the target, was stopped, or left no complete report"
    next_step = "read the cause above; `advices --verbose` shows all that the scanner printed"


class TargetRefused(AdvicesError):
    """What shall be scanned is no running container of this engine."""

    exit_code = 31
    why = "you can scan only your own containers, and only through this engine"
    next_step = "name a container, a compose service or a published port; `docker ps` lists them"


class ScannerMissing(AdvicesError):
    """The image of a scanner that was asked for is not to be had here."""

    exit_code = 32
    why = "it is not on this engine, and no image registry answers"
    next_step = "`docker load` it from a machine that has it, or use `--scanner wapiti`"


class SettingInvalid(AdvicesError):
    """A variable of the environment says something that it cannot mean."""

    exit_code = 56
    why = "it must be a whole number above zero"


class SiteMissing(AdvicesError):
    """The site was not built yet."""

    exit_code = 36
    why = "it is built from docs/ and is not part of the repository"
    next_step = "`mkdocs build` builds it; `./run learn` builds and serves it"


class ExtraMissing(AdvicesError):
    """Packages of an extra, which a command needs, are not installed."""

    exit_code = 59
    why = "docker-advices was installed without the extra that brings it"
    next_step = "install docker-advices with the extra"


class PackageMissing(AdvicesError):
    """A package that a build installs is not to be had."""

    exit_code = 33
    why = "no package index answers, or it does not have it"
    next_step = (
        "connect to a package index, or `advices bundle load` a file from a machine that has"
    )


class BundleRefused(AdvicesError):
    """A bundle is damaged, cut off, foreign, too new, or made for another platform."""

    exit_code = 34
    why = "the file is not as `advices bundle save` wrote it"
    next_step = "copy the file again, or save it again with `advices bundle save`"


class EngineRefused(AdvicesError):
    """The engine answered a request with an error; `what` is its explanation."""

    exit_code = 37
    why = "the request does not fit what the engine has, or somebody removed a part of it"
    next_step = "run the same command again while nothing else uses the engine"


class EngineElsewhere(AdvicesError):
    """The engine is on another machine, where what a lab starts cannot be asked from here."""

    exit_code = 38
    why = "labs reach their containers through ports on 127.0.0.1 of the engine's machine"
    next_step = (
        "run the command on that machine, or use an engine of this one: unset DOCKER_HOST and "
        "DOCKER_CONTEXT, `docker context use default`"
    )


def tree(root: type[AdvicesError] = AdvicesError) -> Iterator[type[AdvicesError]]:
    """Return every error class of the tree below `root`, `root` included."""
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


def rebuild(class_name: str, message: str) -> AdvicesError | None:
    """Return the error that another process printed as `str(error)`, or None if not ours.

    An error crosses from a notebook's kernel to the command as its class name and message.
    """
    for cls in tree():
        if cls.__name__ == class_name:
            what, _, next_step = message.rpartition("\nnext: ")
            if not what:
                what, next_step = message, ""
            what, _, why = what.rpartition("\nwhy: ") if "\nwhy: " in what else (what, "", "")
            return cls(what, why=why, next_step=next_step)
    return None
