"""Why a build, or the start of what was built, failed."""

from __future__ import annotations

from collections.abc import Mapping

from advices.core.errors import AdvicesError


class DockerfileInvalid(AdvicesError):
    """A Dockerfile cannot be read: by this toolkit, or by the engine."""

    exit_code = 14
    why = "it has a syntax error"
    next_step = "fix the Dockerfile at the line named above"


class StepFailed(AdvicesError):
    """A step of a build ended with an error: `step`, "" if none did, which `printed` this last.

    `steps` lead to what is wrong, one after the other, where a known mistake was proved.
    """

    exit_code = 15
    why = "a command failed inside the build"
    next_step = "fix the step named above, or try it in a container of the step before it"

    def __init__(
        self, what: str, *, why: str = "", next_step: str = "", step: str = "", printed: str = ""
    ) -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.step, self.printed = step, printed
        self.steps: tuple[Mapping[str, str], ...] = ()


class BuildHung(AdvicesError):
    """A build did not end within its time limit."""

    exit_code = 25
    why = "a step waits for something that never comes, or the machine is slow"
    next_step = (
        "look at the step named above; if it is right, raise build_timeout_seconds in lab.toml, "
        "or --build-minutes of an audit"
    )


class BuildLimited(AdvicesError):
    """A build reached a limit of what a learner's build may take, other than time."""

    exit_code = 55
    why = "a step takes more than builds of exercises need"
    next_step = "look at the step named above"


class BuilderUnusable(AdvicesError):
    """A build failed in the builder itself: nothing that a Dockerfile says is to blame."""

    exit_code = 50
    why = "the builder or its engine is broken, busy or configured in another way"
    next_step = "`advices doctor` checks the builder; `docker buildx build` by hand shows more"


class FrontendTooOld(AdvicesError):
    """A Dockerfile uses what the builder's frontend, which reads it, does not know yet."""

    exit_code = 51
    why = "this engine's builder is older than what the Dockerfile uses"
    next_step = "leave it out, or use a newer engine"


class RuntimeUnusable(AdvicesError):
    """The engine could not start a container, and the image is not to blame."""

    exit_code = 52
    why = "the engine's container runtime is broken, or this machine blocks it"
    next_step = "try `docker run` with any image; the engine's log shows more"
