"""Made-up secrets in the place of real ones: which of them the image shows to everybody.

Nothing is judged by its name. Each build argument whose value is not in the Dockerfile, each file
of the context that may hold secrets and each secret of the build is given a canary once, and the
probe `secrets` looks for it in history, configuration and layers. A file that the image holds as it
is needs no canary to be seen.
"""

from __future__ import annotations

import contextlib
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from advices.audit.project import Project
from advices.audit.remedies import Change, suspects
from advices.audit.secrets import LEAST_CHARACTERS
from advices.core import AdvicesError, DiskFull, EngineLost
from advices.measure import CANARY

# What is looked into; whether the image shows it decides, not its name.
_MAY_HIDE = re.compile(
    r"(?:.*/)?(?:\.env(?:\.(?!(?:example|sample|template|dist|defaults?)$)[^/]*)?|[^/]+\.env"
    r"|[._]netrc|pip\.conf|\.pypirc|\.npmrc|\.git-credentials|id_(?:rsa|ecdsa|ed25519)|[^/]+\.(?:key|pem))"
)
_PLACES = {
    "secrets_in_history": "its history",
    "secrets_in_config": "its configuration",
    "secrets_in_layers": "files of its layers",
}
_TEXT_AT_MOST_BYTES = 64 << 10
_FAILS = "a build with a made-up value fails"
PLACES = (*_PLACES,)
"""The measures of the places in which a canary is looked for."""

Kind = Literal["build argument", "file", "secret"]


@dataclass(frozen=True)
class Canary:
    """What was given a canary, how often each place of the image holds it, and after all fixes.

    `unjudged` says why it cannot be judged, "" when it can. Without fixes `after` is None.
    """

    kind: Kind
    name: str
    places: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] | None = None
    unjudged: str = ""

    @property
    def is_found(self) -> bool:
        """Return whether the image holds it."""
        return any(self.places.values())

    @property
    def place(self) -> str:
        """Return the measure of the place that holds it most often."""
        return max(PLACES, key=lambda name: self.places.get(name, 0))

    @property
    def says(self) -> str:
        """Return what was found, in words."""
        what = "the contents" if self.kind == "file" else "the value"
        return f"the image shows {what} of the {self.kind} `{self.name}` in {self.where}"

    @property
    def where(self) -> str:
        """Return the places that hold it, in words."""
        return " and ".join(_PLACES[name] for name in _PLACES if self.places.get(name))


Look = Callable[[Canary], Mapping[str, int] | None]
"""Looks for the real value in an image that was built with it; None without a value to look for."""
Build = Callable[[Canary, Change], Mapping[str, int]]
"""Builds the project as a change makes it, with one canary, and returns where it was found."""


def suspected(project: Project) -> tuple[Canary, ...]:
    """Return what may hide something, before any of it is tried."""
    source = project.source()
    found = [Canary("build argument", name, unjudged=why) for name, why in suspects(source).items()]
    found += [
        Canary("file", name)
        for name in source.files
        if _MAY_HIDE.fullmatch(name) and not (project.context / name).is_symlink()
    ]
    return (*found, *(Canary("secret", one.id) for one in project.secrets))


def contents(project: Project, canaries: Iterable[Canary]) -> Mapping[str, str]:
    """Return the texts by which an image is seen to hold files, by name.

    Without a canary in it a file is known by all that it says, if no other file that the build may
    copy says the same, and if it says enough.
    """
    files = {one.name: project.context / one.name for one in canaries if one.kind == "file"}
    found = {name: text for name, file in files.items() if (text := _text(file))}
    sizes = {len(text.encode()) for text in found.values()}
    said = Counter(_text(file) for file in project.files() if _size(file) in sizes)
    return {name: text for name, text in found.items() if said[text] == 1}


def _text(file: Path) -> str:
    """Return what a file says, "" where that is too little, too much or no text."""
    if (_size(file) or 0) > _TEXT_AT_MOST_BYTES:
        return ""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = file.read_bytes().decode("utf-8")
        return text if len(text.strip()) >= LEAST_CHARACTERS else ""
    return ""


def _size(file: Path) -> int | None:
    """Return the bytes of a file, None for a link, a pipe, and what cannot be read."""
    with contextlib.suppress(OSError):
        known = file.lstat()
        return known.st_size if stat.S_ISREG(known.st_mode) else None
    return None


def with_canary(
    project: Project, canary: Canary, change: Change, mark: str = CANARY
) -> tuple[Change, dict[str, str]]:
    """Return a change with a canary in a file, and the values of arguments or secrets, by name.

    `mark` is what is looked for, CANARY itself or a text with it in it.
    """
    if canary.kind != "file":
        return change, {canary.name: mark}
    as_secret = {file: id_ for id_, file in change.secret_files.items()}
    text = (project.context / canary.name).read_text("utf-8", "replace")
    end = "" if text.endswith("\n") or not text else "\n"
    text = f"{text}{end}# {mark}\n"
    # What has become a secret of the build is still a file, which the image may show as well.
    given = {as_secret[canary.name]: text} if canary.name in as_secret else {}
    return replace(change, files={**change.files, canary.name: text}), given


def tried(canary: Canary, change: Change, build: Build, look: Look) -> Canary:
    """Return where a canary is found after a change. Raises EngineLost and DiskFull."""
    if canary.unjudged:
        return canary
    try:
        return replace(canary, places=build(canary, change))
    except (EngineLost, DiskFull):
        raise
    except AdvicesError:
        # What steers the build, such as a version or a real token, cannot be made up.
        return _by_its_value(replace(canary, unjudged=_FAILS), look)


def _by_its_value(canary: Canary, look: Look) -> Canary:
    """Return what the real value shows of something that cannot be made up.

    Of an argument nobody knows whether it is a secret, so it stays unjudged.
    """
    places = look(canary)
    if places is None:
        return canary
    found = replace(canary, places=places, unjudged="")
    if canary.kind == "secret":
        return found
    if not found.is_found:
        return canary
    return replace(canary, unjudged=f"{_FAILS}; the image shows the real one in {found.where}")


def tried_after(canary: Canary, change: Change, build: Build, look: Look) -> Canary:
    """Return a canary with what is found of it after a change, where it was found before."""
    if not canary.is_found:
        return canary
    after = tried(replace(canary, places={}), change, build, look)
    return canary if after.unjudged else replace(canary, after=after.places)
