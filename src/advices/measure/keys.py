"""Says of a lab whether all that decides its numbers is as it was when it was measured.

The key of a run covers the lab's files and code cells, its exercise, the images behind its names,
the scanners, the engine, this toolkit and the number of samples. It is stored with the result, so a
run that failed leaves none. What a learner made of an exercise is no part of it. Looking it up
builds, pulls and starts nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from advices import results
from advices.core import AdvicesError
from advices.engine import buildx_version
from advices.lab import Lab, lab_digest
from advices.measure.plan import Samples
from advices.results import Result
from advices.site import lab_page
from advices.workshop import Workshop

# What they change shows when the site is built, never in a result or a lab's page.
_OF_THE_SITE_ONLY = (
    *("site.py", "prose.py", "doctor.py", "cli.py", "explorer.py"),
    *("unchanged.py", "summary.py", "history.py", "dashboard.py", "speed.py"),
)


def toolkit_digest(source: Path, *, scans: bool = True) -> str:
    """Return the SHA-256 of the toolkit's source, as far as it measures or writes what is kept.

    A lab that scans nothing is not touched by what only scanners do.
    """
    digest = hashlib.sha256()
    for file in sorted(source.rglob("*.py")):
        name = file.relative_to(source).as_posix()
        of_the_site = name in _OF_THE_SITE_ONLY or name.startswith(("learn/", "macros/"))
        if not of_the_site and (scans or not name.startswith("scanners/")):
            digest.update(f"{name}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


class Keys:
    """The keys of labs on one engine, for one number of samples."""

    def __init__(
        self,
        workshop: Workshop,
        samples: Samples,
        source: Path = Path(__file__).parent,
    ) -> None:
        self._layout = workshop.layout
        self._bases = workshop.bases
        self._scanners = workshop.scanners
        facts = workshop.engine.facts()
        self._around = {
            "engine": [facts.version, facts.storage_driver, facts.platform],
            "buildx": buildx_version(),
            "samples": [samples.cold, samples.replay],
            "pip": self._bases.pip_conf is not None,
        }
        self._toolkit = {scans: toolkit_digest(source, scans=scans) for scans in (True, False)}

    def key(self, lab: Lab) -> str | None:
        """Return a lab's key; None when an image that it needs is not on the engine yet."""
        labs = lab.with_exercise()
        images: dict[str, list[str]] = {}
        for one in labs:
            known = self._bases.known_of(one)
            if known is None:
                return None
            images |= {name: [*base.identities] for name, base in known.items()}
        parts = {
            **self._around,
            "toolkit": self._toolkit[any(one.scan for one in labs)],
            "labs": [lab_digest(self._layout, one) for one in labs],
            "images": images,
            "scanners": {
                name: found.identity if (found := self._scanners.present(name)) else None
                for one in labs
                if one.scan
                for name in one.scan.scanners
            },
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def unchanged(self, lab: Lab) -> Result | None:
        """Return the committed result of a lab that need not be measured again, else None."""
        try:
            found = results.load(self._layout.results, lab.slug)
            if lab.exercise is not None:
                results.load(self._layout.exercise_results, lab.slug)
        except AdvicesError:
            return None
        there = (self._layout.results / f"{lab.slug}.svg").is_file()
        key = found.provenance.key
        return found if key and there and key == self.key(lab) else None

    def page(self, lab: Lab, result: Result) -> str | None:
        """Return the page of an unchanged lab with today's prose, None when it must be executed."""
        file = self._layout.lab_pages / f"{lab.slug}.md"
        try:
            cells = json.loads(self._layout.notebook(lab.slug).read_text("utf-8"))["cells"]
            return lab_page.reworded(cells, file.read_text("utf-8"), result)
        except (OSError, ValueError, KeyError):
            return None
