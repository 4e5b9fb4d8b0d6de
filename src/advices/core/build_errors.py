"""Why a build, or the start of what was built, failed."""

from __future__ import annotations

from collections.abc import Mapping

from advices.core.errors import AdvicesError


class DockerfileInvalid(AdvicesError):
    """A Dockerfile cannot be read: by this toolkit, or by the engine."""

    exit_code = 14
    why = "it has a syntax error"
    next_step = "mend the Dockerfile at the line named above"


class StepFailed(AdvicesError):
    """A step of a build ended with an error: `step`, "" if none did, which `printed` this last.

    `steps` lead to what is wrong, one after the other, where a known mistake was proved.
    """

    exit_code = 15
    why = "the command ended with an error inside the build"
    next_step = "mend the step named above, or try it in a container of the step before it"

    def __init__(
        self, what: str, *, why: str = "", next_step: str = "", step: str = "", printed: str = ""
    ) -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.step, self.printed = step, printed
        self.steps: tuple[Mapping[str, str], ...] = ()


class BuildHung(AdvicesError):
    """A build did not end within its time limit."""

    exit_code = 25
    why = "a step waits for something that does not come, or the machine is slow"
    next_step = (
        "look at the step named above; raise build_timeout_seconds in lab.toml if it is right"
    )


class BuildLimited(AdvicesError):
    """A build reached a limit of what a learner's build may take, other than time."""

    exit_code = 55
    why = "a step takes more than builds of exercises need"
    next_step = "look at the step named above"


class BuilderUnusable(AdvicesError):
    """A build failed in the builder itself: nothing that a Dockerfile says is to blame."""

    exit_code = 50
    why = "the builder or the engine behind it is broken, busy or set up otherwise"
    next_step = "`advices doctor` looks at the builder; `docker buildx build` by hand shows more"


class FrontendTooOld(AdvicesError):
    """A Dockerfile uses what the builder's frontend, which reads it, does not know yet."""

    exit_code = 51
    why = "the builder that comes with this engine is older than what the Dockerfile uses"
    next_step = "do without it, or use a newer engine"


class RuntimeUnusable(AdvicesError):
    """The engine could not start a container, and the image is not to blame."""

    exit_code = 52
    why = "the engine's container runtime is broken, or this machine does not let it work"
    next_step = "try `docker run` with any image; the engine's log says more"
