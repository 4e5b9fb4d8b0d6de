"""Records what this machine's engine says of the wrong files in tests/corpus that do not build.

`python tests/corpus_failures.py` writes a `.failed` beside each, or beside those of some labs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from advices.core import StepFailed, project
from advices.lab import BUILDS, labfile
from advices.notebooks import check_exercise
from advices.workshop import Workshop

_HOST = re.compile(r"https?://[^/\s]+")
CORPUS = Path(__file__).parent / "corpus"


def record(slugs: list[str]) -> None:
    """Build every wrong file of a mistake that breaks the build, and write how that failed."""
    layout = project()
    for lab in labfile.chosen(layout.labs, slugs):
        for mistake in lab.exercise.mistakes if lab.exercise else ():
            if mistake.breaks != (BUILDS,):
                continue
            for file in sorted((CORPUS / lab.slug / "wrong" / mistake.id).glob("*.Dockerfile")):
                try:
                    check_exercise(Workshop(layout, print), lab.slug, file)
                except StepFailed as error:
                    said = _HOST.sub("https://index.example.com", error.printed)
                    file.with_suffix(".failed").write_text(f"{error.step}\n{said}\n", "utf-8")
                else:
                    raise AssertionError(f"{file} was built")


if __name__ == "__main__":
    record(sys.argv[1:])
