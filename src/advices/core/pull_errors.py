"""Why an image was not pulled: each kind of refusal is told apart, for each has another remedy."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class PullFailed(AdvicesError):
    """A registry answered, and the image was not pulled for another cause than those below."""

    exit_code = 39
    why = "the registry or the engine failed"
    next_step = (
        "try `docker pull` by hand to see more, or `advices bundle load` a file that has the image"
    )


class RegistrySilent(PullFailed):
    """No registry answers under the name of an image: nothing can be said of the image."""

    exit_code = 40
    why = "no registry answers"
    next_step = "connect to a registry, or `advices bundle load` a file that has the image"


class ImageUnknown(PullFailed):
    """The registry answers and does not have the image."""

    exit_code = 41
    why = "the registry has no image of this name, or none for this platform"
    next_step = "fix the name: the registry's web page lists the tags"


class PullForbidden(PullFailed):
    """The registry refuses the image to this user. Some do so for one that they do not have."""

    exit_code = 42
    why = "the registry requires a login, or does not have the image and does not say so"
    next_step = "fix the name, or `docker login` as a user who may pull it"


class PullsLimited(PullFailed):
    """The registry has given this address or user as many images as it gives in some hours."""

    exit_code = 43
    why = "the registry limits pulls per address or user"
    next_step = (
        "`docker login`, wait some hours, or `advices bundle load` a file that has the image"
    )


class ReferenceInvalid(PullFailed):
    """What stands in FROM cannot be the name of an image."""

    exit_code = 44
    why = "it is not of the form NAME:TAG or NAME@DIGEST"
    next_step = "fix the name in FROM"
