"""Why nothing was built or started though no Dockerfile is to blame."""

from __future__ import annotations

from advices.core.errors import AdvicesError


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
