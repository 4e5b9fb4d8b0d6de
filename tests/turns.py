"""Which of the slow tests have their turn today, so that `./run tests` takes minutes.

ADVICES_IN_TURN=ci, as .ci/run and the workflow of pull requests say, takes all but those that are
marked as rare; ADVICES_IN_TURN=all, as the weekly one says, takes those too. Without it a run takes
today's share, what always runs, and what belongs to files that changed. No pytest here: nox reads
it too.
"""

from __future__ import annotations

import enum
import os
import re
import subprocess
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

# No multiple of a week: a developer who rests on Sundays meets every test too.
DAYS = 8
SHARE = "eighth"
# The tests of a room whose files changed run on any day. What all tests use has no row: CI tells.
TESTS_OF: Mapping[str, Sequence[str]] = {
    "docs/assets/": ("tests/browser/*",),
    "kubernetes/": ("tests/engine/test_cluster_images.py",),
    "overrides/": ("tests/browser/*",),
    "labs/bases/": ("tests/engine/test_bases.py", "tests/engine/test_official.py"),
    "labs/scanners/": ("tests/engine/test_scan*", "tests/engine/test_zap_stub.py"),
    "src/advices/audit/": ("tests/engine/test_audit*", "tests/browser/test_learn_audit*"),
    "src/advices/bases/": ("tests/engine/test_bases.py", "tests/engine/test_official.py"),
    "src/advices/classroom/": ("tests/classroom/*",),
    "src/advices/engine/": (
        *("tests/engine/test_builders.py", "tests/engine/test_engine_*"),
        *("tests/engine/test_faults.py", "tests/engine/test_startup.py"),
    ),
    "src/advices/images/": (
        *("tests/engine/test_images.py", "tests/engine/test_one_commit_one_image.py"),
    ),
    "src/advices/learn/": ("tests/browser/test_learn*",),
    "src/advices/measure/": (
        *("tests/engine/test_at_once.py", "tests/engine/test_exercises.py"),
        *("tests/engine/test_lab_run.py", "tests/engine/test_mistakes_at_once.py"),
    ),
    "src/advices/notebooks/": ("tests/engine/test_lab_run.py",),
    "src/advices/offline/": ("tests/engine/test_offline.py",),
    "src/advices/packages/": ("tests/engine/test_builders.py", "tests/engine/test_offline.py"),
    "src/advices/probes/": ("tests/engine/test_probes*", "tests/engine/test_twelve_factor.py"),
    "src/advices/runs/": ("tests/engine/test_limits.py", "tests/engine/test_faults.py"),
    "src/advices/scanners/": ("tests/engine/test_scan*", "tests/engine/test_zap_stub.py"),
    "src/advices/site/": ("tests/browser/test_pages.py", "tests/browser/test_provenance.py"),
}
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+(?:tests\.)?(\w+)", re.M)
_OF_A_LAB = re.compile(r"(?:labs|docs/chapters|notebooks)/([\w-]+)[./]")


class Taken(enum.Enum):
    """What of the slow tests a run takes."""

    SHARE = "share"
    CI = "ci"
    ALL = "all"


def asked() -> Taken:
    """Return what the environment asks for. Raises ValueError, with what it can be."""
    word = os.environ.get("ADVICES_IN_TURN") or Taken.SHARE.value
    if word not in [one.value for one in Taken]:
        raise ValueError(f"ADVICES_IN_TURN={word}: it can be ci, all, or empty for today's share")
    return Taken(word)


def left_out(taken: Taken) -> str:
    """Return what a run of all jobs leaves out and how to run it, "" where it takes everything."""
    said = {
        Taken.SHARE: "slow tests and labs: only today's share, see each job; all of them",
        Taken.CI: "slow tests: all but the rare ones that have another day; those too",
    }
    return f"{said[taken]}: ADVICES_IN_TURN=all ./run tests" if taken in said else ""


@dataclass(frozen=True)
class Slow:
    """A slow test: its file from the project's root, and its name with its parameters.

    Tests of a file that are `together` have their turn on one day: what they share is dear. A test
    that runs `always` shows a promise of the project from end to end. CI takes a rare one only
    every so many days.
    """

    file: str
    name: str
    together: bool = False
    always: bool = False
    rare_days: int = 1

    def days(self, taken: Taken) -> int:
        """Return how many days it takes until it had its turn."""
        shares = {Taken.ALL: 1, Taken.CI: self.rare_days, Taken.SHARE: DAYS * self.rare_days}
        return shares[taken]


@dataclass(frozen=True)
class Today:
    """Which day it is, as an ordinal, and the project's files that changed, from its root."""

    day: int
    changed: frozenset[str] = frozenset()
    taken: Taken = Taken.SHARE


def has_turn(tests: Sequence[Slow], today: Today, root: Path) -> list[bool]:
    """Return for each test whether it runs today; after its days each had its turn.

    Neighbours have different days, because those with other parameters cost alike, and the first
    tests of two files have too.
    """
    files = {name: number for number, name in enumerate(sorted({one.file for one in tests}))}
    seen, of_change = Counter[str](), _Changed(today.changed, root)
    found = []
    for one in tests:
        place = files[one.file] + (0 if one.together else seen[one.file])
        seen[one.file] += 1
        turn = (place - today.day) % one.days(today.taken) == 0
        found.append(turn or one.always or of_change.touches(one))
    return found


class _Changed:
    """What the changed files mean for tests."""

    def __init__(self, changed: Collection[str], root: Path) -> None:
        self._changed, self._root = changed, root
        self._patterns = [
            pattern
            for folder, patterns in TESTS_OF.items()
            for pattern in patterns
            if any(file.startswith(folder) for file in changed)
        ]
        self._slugs = {match[1] for file in changed if (match := _OF_A_LAB.match(file))}
        self._files: dict[str, bool] = {}

    def touches(self, test: Slow) -> bool:
        """Return whether a test is of a changed file, room or lab."""
        if test.file not in self._files:
            self._files[test.file] = bool(
                any(fnmatch(test.file, pattern) for pattern in self._patterns)
                or {*_read_by(self._root, test.file)} & {*self._changed}
            )
        _, _, parameters = test.name.partition("[")
        return self._files[test.file] or any(
            re.search(rf"(?<![a-z]-)\b{re.escape(slug)}\b(?!-[a-z])", parameters)
            for slug in self._slugs
        )


def _read_by(root: Path, file: str) -> Iterator[str]:
    """Yield a file of tests, and the modules next to it or in tests/ that it imports."""
    yield file
    if not (root / file).is_file():
        return
    for name in _IMPORTED.findall((root / file).read_text("utf-8")):
        yield f"{Path(file).parent.as_posix()}/{name}.py"
        yield f"tests/{name}.py"


def changed_files(root: Path) -> frozenset[str]:
    """Return the files that differ from the branch that changes go to, from the project's root.

    Those that were committed since the two parted, those that were not, and new ones. Without
    such a branch only the last two; without git or a repository none.
    """
    base = "".join(_git(root, "merge-base", "HEAD", "origin/HEAD")) or "".join(
        _git(root, "merge-base", "HEAD", "origin/main")
    )
    return frozenset(
        (
            *_git(root, "diff", "--name-only", "--no-renames", "--relative", base or "HEAD"),
            *_git(root, "ls-files", "--others", "--exclude-standard"),
        )
    )


def _git(root: Path, *words: str) -> list[str]:
    """Return the lines that git prints, none when it fails or is not there."""
    line = ("git", "-C", str(root), *words)
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []
