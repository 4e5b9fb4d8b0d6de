"""Macros that stand in a sentence: a number, a ratio, cards side by side."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from advices.core import ResultInvalid
from advices.lab import MeasureName, describe
from advices.results import escape, ratio_text, value_text
from advices.site import origin, tables
from advices.site.macros.page import Page


class Numbers(Page):
    """Numbers, each linked to where it comes from."""

    def measure(self, slug: str, variant: str, name: str) -> str:
        """Return one value with its unit, linked to where it comes from."""
        result, measure = self._result(slug), MeasureName.parse(name)
        text = value_text(measure, result.value(variant, measure))
        return self._number(result, text, f"{slug}/{variant}/{measure}", measure)

    def ratio(self, slug: str, name: str, of: str, to: str) -> str:
        """Return how variant `of` compares with `to` ("17 ×", "6 %"), linked likewise."""
        result, measure = self._result(slug), MeasureName.parse(name)
        values = [result.value(variant, measure) for variant in (of, to)]
        if any(isinstance(value, str | bool) for value in values):
            raise ResultInvalid(f"`{name}` has no ratio", why="it is not a number")
        text = ratio_text(float(values[0]), float(values[1]))
        return self._number(result, text, f"{slug}/{of}:{to}/{measure}", measure)

    def compare(self, slug: str, name: str, variants: Sequence[str] = ("bad", "good")) -> str:
        """Return cards side by side, each with the variant's big value of one measure."""
        lab = self._lab(slug)
        about = describe(MeasureName.parse(name), lab.says())
        cards = ""
        for variant in variants:
            value = self.measure(slug, variant, name)
            kind = variant if variant in ("bad", "good") else "other"
            cards += (
                f'<div class="adv-card adv-card--{kind}" markdown="1">\n'
                f'<p class="adv-card__name"><b>{escape(variant)}</b> '
                f"{escape(lab.variants[variant].says)}</p>\n"
                f'<p class="adv-card__value" markdown="span">{value}</p>\n</div>\n'
            )
        return (
            f'<p class="adv-compare__what">{escape(about.label)} <em>{about.direction}</em></p>\n'
            f'<div class="adv-compare" markdown="1">\n{cards}</div>\n'
        )

    def measured(self, slug: str) -> str:
        """Return one sentence on when and on what a lab was measured, and on stand-ins."""
        source = self._result(slug).provenance
        stand_ins = [name for name, base in source.bases.items() if base.kind == "stand-in"]
        if stand_ins:
            bases = posixpath.relpath("bases.md", posixpath.dirname(self._page()) or ".")
            names = ", ".join(map(escape, stand_ins))
            images = f"[stand-in base images]({bases}) for {names}"
        else:
            images = "official base images"
        quick = ", in quick mode" if source.mode == "quick" else ""
        return (
            f"Measured {source.date[:10]}{quick} on Docker {escape(source.engine_version)} "
            f"with {images}. "
            f"{origin.link('Where the numbers come from', self._source(slug), slug)}."
        )

    def measured_all(self) -> str:
        """Return for every lab, in learning order, when and on what it was measured."""
        labs = self._in_order()
        return "".join(f"- {self._chapter(lab)}: {self.measured(lab.slug)}\n" for lab in labs)

    def says(self, slug: str, variant: str = "") -> str:
        """Return the lab's advice, or what a variant of it does, in the words of lab.toml."""
        lab = self._lab(slug)
        if not variant:
            return escape(lab.advice)
        lab.dockerfile(variant)
        return escape(lab.variants[variant].says)

    def gains(self) -> str:
        """Return a table of what each advice gained on its last run, in learning order."""
        rows = []
        for lab in self._in_order():
            name, result = str(lab.headline), self._result(lab.slug)
            bad, good = (self.measure(lab.slug, variant, name) for variant in ("bad", "good"))
            values = [result.value(variant, lab.headline) for variant in ("bad", "good")]
            about = describe(lab.headline, lab.says())
            of_bad = "—"
            if about.direction and not any(isinstance(v, str | bool) or not v for v in values):
                of_bad = self.ratio(lab.slug, name, "good", "bad")
            chapter = self._chapter(lab)
            rows.append([f"{chapter}: {escape(_lower_first(about.label))}", bad, good, of_bad])
        return tables.table(
            ["Tip, and what is counted", "Bad", "Good", "Good as % of bad"], rows, " rrr"
        )

    def checklist(self) -> str:
        """Return each tip as a line to tick, with the numbers of its lab and its chapter."""
        rows = []
        for lab in self._in_order():
            bad, good = (
                self.measure(lab.slug, name, str(lab.headline)) for name in ("bad", "good")
            )
            about = _lower_first(describe(lab.headline, lab.says()).label)
            tip = f"{escape(lab.advice)} {self._chapter(lab)}"
            rows.append(["☐", tip, escape(about), f"{bad} → {good}"])
        return tables.table(["Done", "Tip", "What was measured", "Bad → good"], rows, "   r")


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
