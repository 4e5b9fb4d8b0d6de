"""A plugin of pytest: of the slow tests only those run that have their turn today; see turns.py."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from turns import SHARE, Slow, Taken, Today, asked, changed_files, has_turn

MARKS = ("engine", "browser", "classroom")
OWN_MARKS = (
    "always: shows a promise of the project from end to end; it has its turn every day",
    "rare(days): takes minutes and rarely breaks; CI takes it every so many days",
    "together: the tests of this file share what is dear, and have their turn on one day",
)
ALL_OF_THEM = "ADVICES_IN_TURN=all"


class TodaysShare:
    """Takes what has its turn, and says at the end what it left out.

    With xdist the workers collect and the main process prints. All of them have to take the same
    tests, so the main process looks at date and files, once, and hands both on.
    """

    def __init__(self, config: pytest.Config) -> None:
        for line in OWN_MARKS:
            config.addinivalue_line("markers", line)
        try:
            self._how = asked()
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
        self._root = config.rootpath
        self._given = getattr(config, "workerinput", {}).get("today")
        self._today: Today | None = None
        self._taken: tuple[int, int] | None = None

    @property
    def today(self) -> Today:
        """The day of this run, and what changed."""
        if self._today is None and self._given:
            day, changed = json.loads(self._given)
            self._today = Today(day, frozenset(changed), self._how)
        elif self._today is None:
            day = dt.datetime.now(dt.UTC).date().toordinal()
            self._today = Today(day, changed_files(self._root), self._how)
        return self._today

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out what has another day, unless somebody asked for certain tests."""
        slow = [item for item in items if any(map(item.get_closest_marker, MARKS))]
        if not slow or _chosen_by_hand(config):
            return
        tests = [_slow(item, self._root) for item in slow]
        turns = has_turn(tests, self.today, self._root)
        left = {item for item, turn in zip(slow, turns, strict=True) if not turn}
        self._taken = (len(slow) - len(left), len(slow))
        config.hook.pytest_deselected(items=[*left])
        items[:] = [item for item in items if item not in left]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand on day and changes to a worker of xdist."""
        node.workerinput["today"] = json.dumps([self.today.day, sorted(self.today.changed)])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Report what was taken to the main process of xdist."""
        if self._taken and hasattr(session.config, "workeroutput"):
            session.config.workeroutput["taken"] = self._taken

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Hear what a worker took; they all take the same."""
        taken = getattr(node, "workeroutput", {}).get("taken")
        self._taken = self._taken or taken

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was left out, and how to run it."""
        if self._taken:
            terminalreporter.write_line(said(*self._taken, self._how), yellow=True)


def said(some: int, every: int, taken: Taken) -> str:
    """Return in one line how many slow tests a run took of how many, and what takes all."""
    if some == every:
        return f"slow tests: all {every}"
    why = {
        Taken.SHARE: f"today's {SHARE}, the most important, and what you changed",
        Taken.CI: "the others take minutes and have another day",
    }
    return f"slow tests: {some} of {every}, {why[taken]}; all of them: {ALL_OF_THEM}"


def _slow(item: pytest.Item, root: Path) -> Slow:
    return Slow(
        file=item.path.relative_to(root).as_posix(),
        name=item.name,
        together=any(map(item.get_closest_marker, ("together", "classroom"))),
        always=item.get_closest_marker("always") is not None,
        rare_days=rare.args[0] if (rare := item.get_closest_marker("rare")) else 1,
    )


def _chosen_by_hand(config: pytest.Config) -> bool:
    """Return whether a file, a test, a word or the failures of the last run were asked for."""
    asked: Sequence[str] = ("keyword", "lf", "failedfirst", "stepwise")
    files = (config.invocation_params.dir / one.partition("::")[0] for one in config.args)
    return any(config.getoption(name, None) for name in asked) or any(
        not file.is_dir() or "::" in one for file, one in zip(files, config.args, strict=True)
    )
