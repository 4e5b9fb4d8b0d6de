"""Times the check of an exercise as the page asks for it, beside the plain builds that it needs."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from advices.core import write_whole
from advices.lab import labfile
from advices.measure import judged_steps
from advices.measure.plan import BuildImage
from advices.packages import proxy
from benchmarks.projects import SLUG
from benchmarks.shell import WORD, script
from benchmarks.turns import Place, Program

ASKED = {"right": ("good", "again"), "wrong": ("bad", "again"), "unchanged": ("good", "")}
"""What each check is of: the Dockerfile, and whether it is measured though it was before."""

SAYS = {"good": "solved: True", "bad": "solved: False"}
# A session for each check: none finds the steps of another in the cache. The page lets a session
# get ready while the learner writes.
KERNEL = """\
import signal, sys
from pathlib import Path
from advices.notebooks import open_lab
# Its runs end with it, as with a kernel that is shut down.
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
slug, asked, told = sys.argv[1:]
while True:
    lab = open_lab(slug)
    lab.get_ready()
    file, again = Path(asked).read_text().split(";")
    found = lab.checked(Path(file), again=bool(again.strip()))
    Path(told).write_text(f"solved: {found.solved}\\n")
"""


def times(place: Place) -> Mapping[str, tuple[float, ...]]:
    """Return the seconds of each check, and of the builds of `right` and `wrong` by hand."""
    layout = place.project
    exercise = labfile.read(layout.labs, SLUG).its_exercise()
    bases = place.workshop(layout).bases
    resolved = bases.of_lab(exercise)
    with proxy.for_builds(place.engine), _kernel(place) as ask:
        marked = {
            name: bases.marked(base, place.run_id, "by-hand").image
            for name, base in resolved.items()
        }
        programs = {}
        for name, (variant, again) in ASKED.items():
            file = exercise.dockerfile(variant)
            line = f"echo {shlex.quote(f'{file};{again}')} >asked; cat told"
            programs[name] = Program(line, ask, says=SAYS[variant])
            if again:
                alone = {"variants": {variant: exercise.variants[variant]}}
                steps = [one for one in judged_steps(exercise) if isinstance(one, BuildImage)]
                text = script(exercise.model_copy(update=alone), steps, marked, place.run_id)
                folder = Path(tempfile.mkdtemp(prefix="builds-", dir=place.scratch))
                write_whole(folder / "lab.in", text)
                before = f"sed s/{WORD}/w$(date +%s%N)/g lab.in >lab.sh"
                programs[f"{name}_builds"] = Program("sh lab.sh", folder, before=before)
        return place.in_turns(**programs)


@contextlib.contextmanager
def _kernel(place: Place) -> Iterator[Path]:
    """Give the folder of a process that checks, as a page's kernel is there before a check."""
    folder = place.scratch / "checks"
    folder.mkdir()
    for name in ("asked", "told"):
        os.mkfifo(folder / name)
    program = write_whole(folder / "kernel.py", KERNEL)
    words = [sys.executable, str(program), SLUG, str(folder / "asked"), str(folder / "told")]
    env = {**os.environ, **place.env}
    with (folder / "log").open("wb") as log:
        kernel = subprocess.Popen(words, cwd=place.project.root, env=env, stdout=log, stderr=log)
        try:
            yield folder
        finally:
            kernel.terminate()
            kernel.wait(60)
