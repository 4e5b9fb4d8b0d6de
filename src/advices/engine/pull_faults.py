"""Pure: why an image was not pulled, told by what the engine says of it.

Engines answer nearly every fault of a pull with the same status, so the words must tell. Only
silence says nothing of the image: then, and only then, something else may take its place.
"""

from __future__ import annotations

import re

from advices.core import (
    ImageUnknown,
    PullFailed,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    RegistrySilent,
)

# Go's way to say that a request got no answer: `Get "https://host/path": cause`. It may be a
# proxy that refuses the way to the registry. An answer with a bad status is worded otherwise.
_SILENT = r"""
    \b (?:get|head|post) \s "https?://[^"]*" : \s
    | \b (?:dial|read|write) \s (?:tcp|udp) \b
    | \b tls\ handshake\ timeout
    | \b unexpected\ eof
"""
# The program that knows a login says nothing of the image, whatever it could not find.
_OF_A_LOGIN = re.compile(r"getting credentials|credentials store|docker-credential-", re.I)
_KINDS: tuple[tuple[type[PullFailed], str], ...] = (
    (ReferenceInvalid, r"invalid \s (?:reference|tag|checksum\ digest) \b"),
    (PullsLimited, r"toomanyrequests | \b 429\ too\ many | rate\ limit"),
    (RegistrySilent, _SILENT),
    (
        PullForbidden,
        r"unauthorized | (?<!permission\ )denied | authentication\ required | \b 40[13] \b"
        r"| no\ basic\ auth | insufficient_scope",
    ),
    (
        ImageUnknown,
        r"(?:manifest|name|repository) \b .* \b (?:un)?known | not\ found"
        r"| no\ matching\ manifest | \b 404 \b",
    ),
)


def invalid_reference(name: str) -> ReferenceInvalid:
    """Return the error for a name that no engine can read."""
    return ReferenceInvalid(f"`{name}` is not a valid image name")


def pull_fault(name: str, said: str) -> PullFailed:
    """Return the error for an image that was not pulled, with what the engine said of it."""
    if is_of_a_login(said):
        return PullFailed(
            f"`{name}` was not pulled: {said.strip()}",
            why="Docker's settings name a credentials helper that does not work",
            next_step="install that program, or remove it from Docker's config.json",
        )
    # Names and digests of images stand in the sentence: their words are no signs.
    words = re.sub(r"sha256:[0-9a-f]+", "", said.replace(name, ""), flags=re.I)
    kind = next(
        (kind for kind, signs in _KINDS if re.search(signs, words, re.I | re.X | re.S)), PullFailed
    )
    return kind(f"`{name}` was not pulled: {said.strip()}")


def is_of_a_login(said: str) -> bool:
    """Return whether the program that knows logins failed, and so nobody was asked."""
    return _OF_A_LOGIN.search(said) is not None
