"""Why an image was not pulled: each kind of refusal is told apart, for each has another remedy."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class PullFailed(AdvicesError):
    """A registry answered, and the image was not pulled for another cause than those below."""

    exit_code = 39
    why = "the registry, or the engine, failed at it"
    next_step = "`docker pull` it by hand to see more, or `advices bundle load` a file that has it"


class RegistrySilent(PullFailed):
    """No registry answers under the name of an image: nothing can be said of the image."""

    exit_code = 40
    why = "no registry answers"
    next_step = "connect to a registry, or `advices bundle load` a file that has it"


class ImageUnknown(PullFailed):
    """The registry answers and does not have the image."""

    exit_code = 41
    why = "the registry has no image of this name, or none for this platform"
    next_step = "mend the name: a registry's page lists the tags that it has"


class PullForbidden(PullFailed):
    """The registry refuses the image to this user. Some do so for one that they do not have."""

    exit_code = 42
    why = "the registry wants a login for it, or does not have it and does not say so"
    next_step = "mend the name, or `docker login` as somebody who may pull it"


class PullsLimited(PullFailed):
    """The registry has given this address or user as many images as it gives in some hours."""

    exit_code = 43
    why = "the registry limits how much is pulled from one address or by one user"
    next_step = "`docker login`, wait for some hours, or `advices bundle load` a file that has it"


class ReferenceInvalid(PullFailed):
    """What stands in FROM cannot be the name of an image."""

    exit_code = 44
    why = "the engine cannot read it as NAME:TAG or NAME@DIGEST"
    next_step = "mend the name in FROM"
