"""A lab of this site, forced, beside the shell script that somebody would write for it."""

from __future__ import annotations

import secrets
import shutil

from advices.bases.resolve import Bases
from advices.core.files import write_whole
from advices.core.paths import Layout
from advices.images.memory import LayerMemory
from advices.lab import labfile
from advices.lab.digest import NOT_SOURCE, code_cells
from advices.measure.plan import Samples, steps
from advices.packages import proxy
from advices.site.speed import Comparison
from benchmarks.shell import Around, script
from benchmarks.suites import notebook, settings
from benchmarks.taking import ADVICES, Place

SLUG = "build-cache"


def variants_alone(place: Place) -> Layout:
    """Return a project of one lab of this site: its variants, replays, claims and notebook.

    The script has no words for mistakes and exercises, which judge and need no time of their own.
    """
    theirs, ours = place.project, Layout(place.scratch / "lab")
    left_out = shutil.ignore_patterns(*NOT_SOURCE, "exercise")
    for folder in ("labs/bases", "labs/scanners", "labs/app", f"labs/{SLUG}"):
        shutil.copytree(theirs.root / folder, ours.root / folder, ignore=left_out)
    lab = ours.labs / SLUG / "lab.toml"
    write_whole(lab, lab.read_text("utf-8").partition("[[mistakes]]")[0])
    cells = [one for one in code_cells(theirs.notebook(SLUG)) if "lab.mistakes" not in one]
    write_whole(ours.notebook(SLUG), notebook(cells))
    write_whole(ours.root / "mkdocs.yml", settings(theirs, nav=None, watch=None))
    return ours


def real_lab(place: Place) -> tuple[Comparison, ...]:
    """Return `advices run build-cache --force` beside the script, both with the same index."""
    layout = variants_alone(place)
    lab = labfile.read(layout.labs, SLUG)
    bases = Bases(place.engine, layout.bases, LayerMemory(place.scratch), place.say)
    resolved = bases.of_lab(lab)
    folder = place.scratch / "lab-by-hand"
    folder.mkdir()

    def by_hand() -> float:
        word = secrets.token_hex(6)
        # Marked for what is in them: pip's settings, where builds need any.
        marked = {
            name: bases.marked(base, place.run_id, word).image for name, base in resolved.items()
        }
        text = script(lab, steps(lab, Samples()), Around(marked, place.run_id, word))
        return place.timed(["sh", str(write_whole(folder / "lab.sh", text))], folder)

    def ours() -> float:
        argv = [*ADVICES, "run", SLUG, "--force"]
        return place.timed(argv, layout.root, lambda done: f"{SLUG}: measured in" in done.stderr)

    with proxy.for_builds(place.engine):
        times = place.in_turns(ours=ours, script=by_hand)
    return (
        Comparison(
            id="forced-lab",
            what=f"advices run {SLUG} --force, its variants",
            against="a shell script with its builds, inspects and starts",
            goal=1.15,
            ours=times["ours"],
            theirs=times["script"],
        ),
    )
