"""Pure: whether an image is to blame for a container that did not start, told by what was said."""

from __future__ import annotations

import re

# What the runtime says of the program, and what the engine says of the user and the folder.
_OF_THE_IMAGE = re.compile(
    r"""
    \b exec: \s .* (?: executable\ file\ not\ found | no\ such\ file\ or\ directory
                     | permission\ denied | exec\ format\ error | is\ a\ directory )
    | \b exec\ /\S+: \s (?: no\ such\ file\ or\ directory | exec\ format\ error )
    | \b unable\ to\ find\ (?: user | group ) \b
    | \b no\ command\ specified
    | \b cannot\ mkdir: \s .* is\ not\ a\ directory
    | \b chdir\ to\ cwd \b
    """,
    re.I | re.X | re.S,
)
_OF_THE_RUNTIME = re.compile(
    r"\brunc (?:run|create) failed|\bOCI runtime|\bfailed to create (?:shim|task)", re.I
)


def is_of_the_image(said: str) -> bool:
    """Return whether the image has no such program or user: a Dockerfile can be mended."""
    return _OF_THE_IMAGE.search(said) is not None


def is_of_the_runtime(said: str) -> bool:
    """Return whether a runtime says that it could start nothing, for another cause."""
    return _OF_THE_RUNTIME.search(said) is not None and not is_of_the_image(said)
