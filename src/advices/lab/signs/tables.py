"""Predicates of a sign that have parameters: each is a table in exercise.toml."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import partial
from typing import Literal

from advices.core import Record
from advices.lab.signs import edits, leftovers, rights
from advices.lab.signs.calls import does
from advices.lab.signs.start import Start
from advices.lab.signs.values import Names
from advices.lab.signs.view import Placed, View, within


class RunsAgain(Record):
    """After an edit of each of these files, one at a time, steps run again.

    `what` says which: any step that installs Python packages, or more steps than one. `beside`
    asks that the step that installs also compiles, or not.
    """

    after_an_edit_of: Names
    what: Literal["the installation", "more than one step"] = "the installation"
    compiles_too: bool | None = None

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        return all(map(partial(self._after, view), self.after_an_edit_of))

    def _after(self, view: View, file: str) -> bool:
        if self.what == "more than one step":
            return len(edits.run_again(view, file)) > 1
        found = edits.installs_again(view, file)
        if self.compiles_too is None:
            return bool(found)
        return any(_compiles(one) == self.compiles_too for one in found)


class Grants(Record):
    """A file of the project in its folder of the image is given to a user, or opened to all.

    `by` is the instruction that does it. `with_folder` asks for chown -R and its like,
    `changes_owner` that the file is given, and not only opened.
    """

    file: str
    by: Literal["RUN", "COPY"]
    with_folder: bool = False
    changes_owner: bool = False

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        path = f"{view.workdir.rstrip('/')}/{self.file}"
        return any(
            one.by == self.by
            and within(path, one.path)
            and (one.by == "RUN" or one.step.brings(self.file))
            and (one.whole or not self.with_folder)
            and not (self.changes_owner and one.to_all)
            for one in rights.grants(view)
        )


class PidFile(Record):
    """The server writes its process id into a file in a folder of this kind."""

    folder: rights.Place
    beside_the_code: bool | None = None

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        path = rights.pid_file(view, Start(view))
        return (
            path is not None
            and rights.place_of(view, path) == self.folder
            and self.beside_the_code in (None, within(path, view.workdir))
        )


class SystemPackages(Record):
    """A RUN of the last image installs one of these system packages, and none purges it.

    `any_of` are patterns. `without` is an option that the installation lacks.
    """

    any_of: Names
    without: str = ""

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        return leftovers.installed(view, self.any_of, self.without)


class Variable(Record):
    """ENV of the last image, or what starts in it, gives a variable one of these values.

    `uses` asks that the value is taken from one of these variables instead, by ENV or LABEL.
    """

    name: str = "*"
    value: Names | None = None
    uses: Names | None = None

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        if self.uses is not None:
            return any(self._taken(one) for one in view.shipped)
        found = [value for name, value in view.env.items() if fnmatchcase(name, self.name)]
        found += Start(view).sets(self.name)
        return any(self.value is None or value in self.value for value in found)

    def _taken(self, one: Placed) -> bool:
        return one.name in ("ENV", "LABEL") and any(
            fnmatchcase(key, self.name)
            and any(
                f"${name}" in (value or "") or f"${{{name}" in (value or "")
                for name in self.uses or ()
            )
            for key, value in one.instruction.pairs
        )


class Server(Record):
    """The program that serves has one of these names.

    `option` asks for an option of it, or of GUNICORN_CMD_ARGS, `at_most` that its value is a
    number and no greater, `fixed` that no variable stands in it. `debug` says that its debugger is
    on, by an option or by FLASK_DEBUG.
    """

    program: Names
    option: str = ""
    at_most: float | None = None
    fixed: bool = False
    debug: bool | None = None

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        start = Start(view)
        server = start.server
        if server is None or server.call.program not in self.program:
            return False
        if self.debug not in (None, start.debugs):
            return False
        if not self.option:
            return True
        given = start.server_options
        return given.has(self.option) and all(map(self._fits, given.values(self.option)[-1:]))

    def _fits(self, value: str) -> bool:
        if self.fixed and "$" in value:
            return False
        try:
            return self.at_most is None or float(value) <= self.at_most
        except ValueError:
            return False


def _compiles(one: Placed) -> bool:
    return any(does(call) == "compiles bytecode" for call in one.calls)
