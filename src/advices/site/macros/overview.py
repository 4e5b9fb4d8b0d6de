"""Macros that look over all labs, or over this project."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Sequence

from advices.lab import PROBED, Lab, describe, labfile
from advices.results import (
    BaseRecord,
    Linting,
    Result,
    advisories,
    code,
    escape,
    history,
    recorded,
    verdicts,
)
from advices.site import dashboard, factors, linters, origin, speed, tables
from advices.site.linters import Row
from advices.site.macros.page import Page
from advices.site.origin import Origin
from advices.site.shown import Shown

# The chapter about all twelve factors.
_FRAME = "twelve-factor"


class Overview(Page):
    """What several labs have in common, and what became of them."""

    def probes(self) -> str:
        """Return a table of every measure that a probe takes, with what it counts."""
        rows = [
            [code(probe), code(name), escape(f"{about.label}: {about.meaning}")]
            for probe, found in PROBED.items()
            for name, about in found.items()
        ]
        return tables.table(["Probe", "Measure", "What it counts"], rows)

    def bases(self) -> str:
        """Return a table of the bases of all labs; the same base measured alike only once."""
        found: dict[tuple[str, BaseRecord, str], Result] = {}
        for result in map(self._result, labfile.slugs(self._labs)):
            for name, base in result.provenance.bases.items():
                found.setdefault((name, base, result.provenance.platform), result)
        table = tables.bases_table(sorted(found, key=lambda one: one[0]))
        lines = {
            result.slug: origin.line(result, self._source(result.slug), Origin(title=origin.BASES))
            for result in found.values()
        }
        return f"{table}\n{''.join(lines.values())}"

    def about_factors(self, slug: str) -> str:
        """Return a sentence on which of the twelve factors a chapter is about."""
        found = self._factors(slug)
        link = f"{self._to_chapter(self._lab(_FRAME))}#what-you-see"
        names = " and ".join(f"[{factors.named(number)}]({link})" for number in found)
        return f"Factor{'s' if len(found) > 1 else ''} {names}."

    def all_factors(self) -> str:
        """Return a table of the twelve factors with the chapters about each."""
        chapters = {
            self._chapter(lab): self._factors(lab.slug)
            for lab in self._in_order()
            if lab.slug != _FRAME
        }
        return factors.factors_table(chapters, self._chapter(self._lab(_FRAME)))

    def _factors(self, slug: str) -> tuple[str, ...]:
        name = f"chapters/{slug}.md"
        return factors.of_chapter((self._docs / name).read_text("utf-8"), name)

    def dashboard(self) -> str:
        """Return for every lab its effect over time and each claim's verdict, with dates."""
        labs = self._in_order()
        parts = [dashboard.all_verdicts(verdicts(lab, self._result(lab.slug)) for lab in labs)]
        for lab in labs:
            result = self._result(lab.slug)
            entries = history.load(self._docs / "results", lab.slug)
            about = describe(lab.headline, lab.says())
            better = f": {about.direction}" if about.direction else ""
            # A refresh from before the lab had this headline says nothing about it.
            of_it = [entry for entry in entries if entry.headline == lab.headline]
            curve = dashboard.curve(of_it, about.label)
            parts.append(f"## {escape(lab.title)}\n")
            parts.append(f"{escape(lab.advice)} [The chapter]({self._to_chapter(lab)}).\n")
            parts.append(f"{escape(about.label)}{better}. {curve}\n")
            runs = Origin(("bad", "good"), [str(lab.headline)], origin.REFRESHES)
            runs_shown = self._placed(Shown(dashboard.runs_table(of_it), origin=runs), lab.slug)
            parts.append(f"{runs_shown}\n" if of_it else "No history yet.\n")
            table = dashboard.claims_table(verdicts(lab, result), result.provenance.date, entries)
            claims = self._placed(Shown(table, origin=Origin(title=origin.CLAIMS)), lab.slug)
            indented = "\n".join(f"    {line}" for line in claims.splitlines())
            parts.append(f'??? note "Every claim of this lab"\n\n{indented}\n')
        return "\n".join(parts)

    def bench(self) -> str:
        """Return a table of how fast this project is beside others, as `./run bench` measured."""
        return speed.markdown(speed.load(self._docs / "results"))

    def linters(self, slug: str = "") -> str:
        """Return what linters say about all labs, or a sentence on the bad Dockerfile of one."""
        found, said = self._linted([self._lab(slug)] if slug else self._in_order())
        return linters.line(found, said) if slug else linters.files_table(found, said)

    def linters_summary(self) -> str:
        """Return how many faults each linter names, beside those that the labs measured."""
        return linters.summary_table(*self._linted(self._in_order()))

    def linters_seen(self) -> str:
        """Return of how many bad Dockerfiles a linter names the fault."""
        return linters.seen(self._linted(self._in_order())[0])

    def recorded_zap(self) -> str:
        """Return what ZAP found on another machine, labelled with its version and date."""
        file = f"results/{recorded.FILE}"
        link = posixpath.relpath(file, posixpath.dirname(self._page()) or ".")
        table = tables.recorded_table(recorded.load(self._docs / "results"))
        said = f"{table.rstrip()} [The record]({link}).\n{{ .adv-note }}\n"
        return f'<div class="adv-history" markdown="1">\n\n{said}\n</div>\n'

    def advisories(self) -> str:
        """Return what pip-audit knew about lock files on a day, or why it did not run."""
        link = posixpath.relpath(
            f"results/{advisories.FILE}", posixpath.dirname(self._page()) or "."
        )
        said = tables.advisories_table(advisories.load(self._docs / "results")).rstrip()
        shown = f"{said} [The record]({link}).\n{{ .adv-note }}\n"
        return f'<div class="adv-history" markdown="1">\n\n{shown}\n</div>\n'

    def recorded_with(self) -> str:
        """Return the version and the date of that ZAP, for a sentence."""
        found = recorded.load(self._docs / "results")
        return escape(f"ZAP {found.version} on {found.date}")

    def _linted(self, labs: Sequence[Lab]) -> tuple[tuple[Row, ...], Linting]:
        found = itertools.chain.from_iterable(self._linted_one(lab.slug) for lab in labs)
        return tuple(found), self._linting()
