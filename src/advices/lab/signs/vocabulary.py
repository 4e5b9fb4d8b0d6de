"""What exercise.toml may say of a mistake's sign: each key is a predicate over instructions."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from advices.core import Record
from advices.lab.signs import edits, leftovers, locked, sameness, targets, venvs
from advices.lab.signs.calls import does, python_install
from advices.lab.signs.contents import Labels, Removes
from advices.lab.signs.health import HealthCheck, tasks
from advices.lab.signs.locked import ShipsInstaller, Unlocked
from advices.lab.signs.start import Start, Started, Stays
from advices.lab.signs.tables import (
    Grants,
    PidFile,
    RunsAgain,
    Server,
    SystemPackages,
    Variable,
)
from advices.lab.signs.values import Names, Variant, several, variant_of
from advices.lab.signs.view import Placed, View, is_root


class Sign(Record):
    """What a Dockerfile shows that has a mistake: every key that is given must be shown."""

    base: Annotated[tuple[Variant, ...], BeforeValidator(several), Field(min_length=1)] | None = (
        None
    )
    """The last image stands on this variant of the Python image, whichever way it is written."""
    other_stages: bool | None = None
    """There are stages, or none, beside those that the last image stands on."""
    runs_again: RunsAgain | None = None
    grants: Grants | None = None
    pid_file: PidFile | None = None
    user: Literal["missing", "root", "another"] | None = None
    """Whom USER of the last image names."""
    system_packages: SystemPackages | None = None
    python_packages: Names | None = None
    """A RUN of any stage installs one of these Python packages by name."""
    brings: Names | None = None
    """A COPY of the last image takes a path that has one of these patterns, or a RUN copies one."""
    removes: Removes | None = None
    labels: Labels | None = None
    purged_alone: Names | None = None
    """apt purges such a package from the last image, but not what that brought with it."""
    left: leftovers.What | None = None
    """A RUN of the last image leaves this, and nothing removes it."""
    removed_later: (
        Annotated[tuple[leftovers.What, ...], BeforeValidator(several), Field(min_length=1)] | None
    ) = None
    """A RUN of the last image leaves one of these, and only a later one removes it."""
    variable: Variable | None = None
    spaced_env: bool | None = None
    """An ENV without an equals sign gives one variable several words."""
    argument: Names | None = None
    """An ARG of the last image of this name stands before a RUN."""
    copied_secret: bool | None = None
    """A RUN with a mounted secret writes it into a file, and leaves that."""
    health_check: str | None = None
    """HEALTHCHECK runs this program."""
    checked: HealthCheck | None = None
    tasks_over: int | None = None
    """gunicorn has more processes and threads than this, once all its workers are busy."""
    start_sets: str | None = None
    """What starts gives this variable a value without asking for the one that it has."""
    start_mentions: str | None = None
    """This word stands in what starts: command, script, or the file of a script."""
    start_runs: Literal["compiles bytecode"] | None = None
    unexpanded: bool | None = None
    """A variable stands in the words of a start that no shell reads."""
    server: Server | None = None
    shell_stays: (
        Annotated[tuple[Stays, ...], BeforeValidator(several), Field(min_length=1)] | None
    ) = None
    """The shell nearest to the server that does not become what it runs is of this kind."""
    venv: Literal["moved", "not on PATH"] | None = None
    """A virtual environment of another stage is copied elsewhere, or its programs not found."""
    aside: str | None = None
    """COPY puts this file of the project elsewhere than where the container starts."""
    packages_aside: bool | None = None
    """Packages lie where --target, --prefix or --user put them and Python does not look."""
    bases_differ: bool | None = None
    """The images that ship stand on different ones."""
    unlocked: Unlocked | None = None
    ships_installer: ShipsInstaller | None = None
    uncompiled: bool | None = None
    """Python packages are installed, and nothing compiles them."""
    installs_apart: bool | None = None
    """Two images that ship install Python packages each for itself."""
    floats_without: Names | None = None
    """A RUN of any stage installs Python packages that none of these lock files holds back."""
    copies: str | None = None
    """A COPY of the last image takes this file straight from the context, with its times."""
    sets_times: bool | None = None
    """A RUN of any stage gives files a time that it names."""
    sets_all_times: bool | None = None
    """A RUN of any stage gives one to all that lies below a folder, links and folders too."""
    asks_the_date: bool | None = None
    """A RUN of any stage asks what time it is."""
    times_folders: bool | None = None
    """WORKDIR, or a COPY from a stage, gives a folder of the last image the time of the build."""
    times_in_bytecode: bool | None = None
    """A RUN of any stage compiles bytecode, and nothing sets SOURCE_DATE_EPOCH for it."""

    @model_validator(mode="after")
    def _says_something(self) -> Sign:
        if not self.model_fields_set:
            raise ValueError("a sign names what a Dockerfile shows, and this one is empty")
        return self

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows all that is given."""
        if not view.stages:
            return False
        tables = (self.runs_again, self.grants, self.pid_file, self.system_packages)
        more = (
            *(self.variable, self.server, self.checked, self.unlocked),
            *(self.ships_installer, self.removes, self.labels),
        )
        return (
            all(table.shown(view) for table in (*tables, *more) if table is not None)
            and self._of_stages(view)
            and self._of_layers(view)
            and self._of_settings(view)
            and self._of_the_start(view)
            and self._of_two_builds(view)
        )

    def _of_stages(self, view: View) -> bool:
        last = view.shipping[-1]
        others = len(view.stages) > len(view.chain(last))
        images = {view.image_below(number) for number in view.shipping}
        return (
            (self.base is None or variant_of(view.image_below(last)) in self.base)
            and self.other_stages in (None, others)
            and self.bases_differ in (None, len(images) > 1)
            and (self.installs_apart is None or edits.installs_apart(view) == self.installs_apart)
            and (self.aside is None or targets.is_aside(view, self.aside))
            and (self.packages_aside is None or venvs.are_not_searched(view) == self.packages_aside)
        )

    def _of_layers(self, view: View) -> bool:
        names = [
            name
            for one in view.everywhere
            for install in filter(None, map(python_install, one.calls))
            for name in install.packages
        ]
        paths = [
            path
            for one in view.shipped
            for path in (*one.sources, *(path for taken in one.takes for path in taken.paths))
        ] + [
            w
            for one in view.everywhere
            for c in one.calls
            if c.program in _COPIERS
            for w in c.words
        ]
        return (
            (self.python_packages is None or not {*self.python_packages}.isdisjoint(names))
            and (self.brings is None or any(fnmatchcase(p, b) for p in paths for b in self.brings))
            and (self.purged_alone is None or leftovers.purged_alone(view, self.purged_alone))
            and (self.left is None or leftovers.removed(view, self.left) == "never")
            and (
                self.removed_later is None
                or any(leftovers.removed(view, what) == "later" for what in self.removed_later)
            )
            and self.uncompiled in (None, locked.is_uncompiled(view))
            and self.copied_secret in (None, any(map(_copies_a_secret, view.shipped)))
        )

    def _of_settings(self, view: View) -> bool:
        user = "missing" if not view.user else "root" if is_root(view.user) else "another"
        spaced = any(map(_is_spaced, view.shipped))
        return (
            self.user in (None, user)
            and self.spaced_env in (None, spaced)
            and (self.argument is None or _is_seen(view, self.argument))
            and (self.health_check is None or _asks(view, self.health_check))
            and (self.tasks_over is None or tasks(view) > self.tasks_over)
        )

    def _of_the_start(self, view: View) -> bool:
        start = Start(view)
        return (
            (self.start_sets is None or bool(start.sets(self.start_sets)))
            and (self.start_mentions is None or start.mentions(self.start_mentions))
            and self.unexpanded in (None, start.unexpanded)
            and (self.start_runs is None or any(does(c) == self.start_runs for c in start.calls))
            and (self.shell_stays is None or _stays(start.server) in self.shell_stays)
            and (self.venv != "moved" or venvs.is_moved(view, start))
            and (self.venv != "not on PATH" or venvs.is_off_the_path(view, start))
        )

    def _of_two_builds(self, view: View) -> bool:
        compiles = self.times_in_bytecode
        return (
            (self.floats_without is None or sameness.floats(view, self.floats_without))
            and (self.copies is None or sameness.copies(view, self.copies))
            and self.sets_times in (None, sameness.sets_times(view))
            and self.sets_all_times in (None, sameness.sets_all_times(view))
            and self.times_folders in (None, targets.times_folders(view))
            and self.asks_the_date in (None, sameness.asks_the_date(view))
            and (compiles is None or sameness.times_in_bytecode(view) == compiles)
        )


def _stays(server: Started | None) -> Stays | None:
    """Return why the signal to stop does not reach the server; a pipe counts before all else."""
    kinds = [one.stays for one in server.shells if one.stays is not None] if server else []
    return "pipe" if "pipe" in kinds else kinds[-1] if kinds else None


def _is_spaced(one: Placed) -> bool:
    return one.name == "ENV" and any(
        len((value or "").split()) > 1 and one.instruction.line.startswith(f"ENV {name} ")
        for name, value in one.instruction.pairs
    )


def _is_seen(view: View, names: tuple[str, ...]) -> bool:
    """Return whether a RUN of the last image stands behind an ARG: its history has the value."""
    known: set[tuple[int, str]] = set()
    for one in view.shipped:
        if one.name == "ARG":
            known |= {(one.stage, name) for name, _ in one.instruction.pairs if name in names}
        elif one.name == "RUN" and any(stage == one.stage for stage, _ in known):
            return True
    return False


def _asks(view: View, program: str) -> bool:
    last = [one.instruction for one in view.shipped if one.name == "HEALTHCHECK"][-1:]
    return any(program in one.line for one in last)


_COPIERS = frozenset({"cp", "install", "mv", "dd", "ln", "rsync"})


def _copies_a_secret(one: Placed) -> bool:
    if one.name != "RUN" or any(call.program in ("rm", "shred") for call in one.calls):
        return False
    secrets = [
        mount.get("target") or mount.get("dst") or f"/run/secrets/{mount.get('id', '')}"
        for mount in one.instruction.mounts()
        if mount.get("type") == "secret"
    ]
    naming = [c for c in one.calls if any(path in word for word in c.words for path in secrets)]
    files = [file for call in one.calls for file in call.writes if file != "/dev/null"]
    writes = bool(files) or any(call.program == "tee" for call in one.calls)
    return any(call.program in _COPIERS or writes for call in naming)
