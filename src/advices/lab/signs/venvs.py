"""Pure: where Python packages lie in the last image, and whether its programs are found there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from advices.lab.signs.calls import USER_BASE, options, python_install
from advices.lab.signs.start import Start
from advices.lab.signs.view import Placed, View, is_root, within

# Where Debian's and Docker's Pythons look without being told.
_SEARCHED = ("/usr/local", "/usr")
_PACKAGES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Copied:
    """A folder of another stage that the last image has: where it was made and where it lies."""

    made: str
    lies: str


def copied_venvs(view: View) -> tuple[Copied, ...]:
    """Return the virtual environments of other stages that the last image copies."""
    return tuple(_copied(view, _venvs_of))


def folders_aside(view: View) -> tuple[Copied, ...]:
    """Return the folders that pip was told to install into and that the last image copies."""
    return tuple(_copied(view, _folders_of))


def _copied(view: View, folders: Callable[[Placed], Iterator[str]]) -> Iterator[Copied]:
    for one in view.shipped:
        for taken in one.takes:
            if one.name != "COPY" or taken.source.stage is None:
                continue
            made = {
                folder for step in view.of_image(taken.source.stage) for folder in folders(step)
            }
            for path in taken.paths:
                source = posixpath.normpath(posixpath.join("/", one.expand(path)))
                for folder in made:
                    if within(folder, source):
                        lies = posixpath.join(one.target, posixpath.relpath(folder, source))
                        yield Copied(folder, posixpath.normpath(lies))


def _venvs_of(one: Placed) -> Iterator[str]:
    for call in one.calls:
        words = list(call.words)
        if call.program == "uv" and words[:1] == ["venv"]:
            named = options(words[1:], {"--python", "-p", "--prompt"}).plain or (".venv",)
        elif call.program in ("venv", "virtualenv"):
            named = options(words, {"--prompt", "-p", "--python"}).plain
        elif call.program == "uv" and words[:1] == ["sync"]:
            named = (one.env.get("UV_PROJECT_ENVIRONMENT") or ".venv",)
        else:
            continue
        yield from (one.path(path) for path in named)


def _folders_of(one: Placed) -> Iterator[str]:
    for call in one.calls:
        install = python_install(call)
        yield from (one.path(path) for path in (install.folders if install else ()))


def is_moved(view: View, start: Start) -> bool:
    """Return whether a script of a virtual environment is started from where it was not made."""
    moved = [one for one in copied_venvs(view) if one.made != one.lies]
    server = start.server
    if not moved or server is None:
        return False
    # `python -m` needs no script, whose first line has the path.
    return posixpath.basename(server.call.path) == server.call.program


def is_off_the_path(view: View, start: Start) -> bool:
    """Return whether nothing starts the programs of a virtual environment that is copied.

    Who names the place where it was made knows of PATH, and copied it elsewhere: `is_moved`.
    """
    copied = copied_venvs(view)
    folders = [posixpath.normpath(one) for one in view.env.get("PATH", "").split(":") if one]
    paths = [call.path for call in start.calls if call.path.startswith("/")]
    return bool(copied) and not any(
        within(path, place)
        for one in copied
        for place in (one.lies, one.made)
        for path in (*folders, *paths)
    )


def are_not_searched(view: View) -> bool:
    """Return whether packages lie in a folder where the image's Python does not look."""
    told = [*view.env.get("PYTHONPATH", "").split(":"), view.env.get("PYTHONUSERBASE", "")]
    return any(
        one.lies not in _SEARCHED
        and not (one.made == USER_BASE and _is_at_home(view, one.lies))
        and posixpath.basename(one.lies) not in _PACKAGES
        and not any(within(path, one.lies) for path in told if path)
        for one in folders_aside(view)
    )


def _is_at_home(view: View, lies: str) -> bool:
    """Return whether a .local may be where the Python of the image's user looks.

    Of other users than root nobody knows the home.
    """
    runs_as_root = not view.user or is_root(view.user)
    return posixpath.basename(lies) == ".local" and (lies != USER_BASE or runs_as_root)
