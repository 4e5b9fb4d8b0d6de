"""Macro registration for the site: chapters read every number from docs/results.

The build fails on an unknown macro, lab, variant or measure, and on a missing result. This
module is loaded by mkdocs-macros-plugin, which calls `define_env`.
"""

from __future__ import annotations

import difflib
import functools
import logging
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from advices import (
    alert_charts,
    alert_tables,
    charts,
    claims,
    dashboard,
    doctor_page,
    exercises,
    explorer,
    history,
    labfile,
    learning,
    origin,
    packages,
    render,
    results,
    speed,
    stage_charts,
    timeline,
)
from advices.checks import System
from advices.errors import AdvicesError, ResultInvalid
from advices.lab import Lab
from advices.measures import PROBED, describe
from advices.quantities import code, escape, ratio_text, value_text

log = logging.getLogger("mkdocs.advices")
_LONGEST_NUMBER = 20


class Environment(Protocol):
    """What is read of the plugin: project folder, settings, current page, and `macro`."""

    project_dir: str
    conf: dict[str, object]
    page: Any

    def macro(self, function: Callable[..., str], name: str = "") -> object:
        """Make a function known to the pages under a name."""


class Macros:
    """The macros. Each returns Markdown; `page` gives the current page's path below docs/."""

    def __init__(self, labs: Path, docs: Path, page: Callable[[], str]) -> None:
        self._labs, self._docs, self._page = labs, docs, page
        # The pages of one build ask for the same files again and again; a new build asks anew.
        self._lab = functools.cache(functools.partial(labfile.read, labs))
        self._in_order = functools.cache(functools.partial(labfile.in_order, labs))
        self._result = functools.cache(self._load)

    def _load(self, slug: str) -> results.Result:
        self._lab(slug)
        for needed in (self._docs / "results" / f"{slug}.json", self._docs / "labs" / f"{slug}.md"):
            if not needed.is_file():
                raise ResultInvalid(
                    f"docs/{needed.parent.name}/{needed.name} is not there",
                    why=f"the lab `{slug}` was not measured yet",
                    next_step=f"`advices run {slug}` (`./run advices -- run {slug}`)",
                )
        return results.load(self._docs / "results", slug)

    def _says(self, slug: str) -> dict[str, str]:
        return self._lab(slug).says()

    def _source(self, slug: str) -> str:
        """Return the target of a link to the provenance of a lab, from the current page."""
        here = posixpath.dirname(self._page())
        return posixpath.relpath(f"labs/{slug}.md", here or ".") + "#provenance"

    def _number(self, result: results.Result, text: str, where: str, measure: str) -> str:
        stand_in = any(base.kind == "stand-in" for base in result.provenance.bases.values())
        about = describe(measure, self._says(result.slug))
        title = f"{about.label}. Measured {result.provenance.date[:10]}"
        title += " on a stand-in base image" if stand_in else ""
        return origin.link(escape(text), self._source(result.slug), where, title, "adv-value")

    def _shown(
        self,
        shown: str,
        slug: str,
        variants: Sequence[str] | None = None,
        measures: Sequence[str] = (),
        title: str = "",
    ) -> str:
        """Return a table or a chart with the line on where it comes from."""
        source = origin.data(slug, variants, measures)
        line = origin.line(self._result(slug), self._source(slug), source, title)
        return f"{shown.rstrip()}\n\n{line}"

    def measure(self, slug: str, variant: str, name: str) -> str:
        """Return one value with its unit, linked to where it comes from."""
        result = self._result(slug)
        text = value_text(name, result.value(variant, name))
        return self._number(result, text, f"{slug}/{variant}/{name}", name)

    def ratio(self, slug: str, name: str, of: str, to: str) -> str:
        """Return how variant `of` compares with `to` ("17 ×", "6 %"), linked likewise."""
        result = self._result(slug)
        values = [result.value(variant, name) for variant in (of, to)]
        if any(isinstance(value, str | bool) for value in values):
            raise ResultInvalid(f"`{name}` has no ratio", why="it is not a number")
        text = ratio_text(float(values[0]), float(values[1]))
        return self._number(result, text, f"{slug}/{of}:{to}/{name}", name)

    def compare(self, slug: str, name: str, variants: Sequence[str] = ("bad", "good")) -> str:
        """Return cards side by side, each with the variant's big value of one measure."""
        said = self._lab(slug)
        about = describe(name, self._says(slug))
        cards = ""
        for variant in variants:
            value = self.measure(slug, variant, name)
            kind = variant if variant in ("bad", "good") else "other"
            cards += (
                f'<div class="adv-card adv-card--{kind}" markdown="1">\n'
                f'<p class="adv-card__name"><b>{escape(variant)}</b> '
                f"{escape(said.variants[variant].says)}</p>\n"
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
        return "".join(f"- {self._chapter(said)}: {self.measured(said.slug)}\n" for said in labs)

    def says(self, slug: str, variant: str = "") -> str:
        """Return the lab's advice, or what a variant of it does, in the words of lab.toml."""
        said = self._lab(slug)
        if not variant:
            return escape(said.advice)
        said.dockerfile(variant)
        return escape(said.variants[variant].says)

    def measures(
        self, slug: str, names: Sequence[str], variants: Sequence[str] | None = None
    ) -> str:
        """Return a table of measures (rows) by variant (columns)."""
        shown = render.measures_table(self._result(slug), names, variants, self._says(slug))
        return self._shown(shown, slug, variants, names)

    def replays(self, slug: str, variants: Sequence[str] | None = None) -> str:
        """Return a table of every build of every variant."""
        shown = render.replays_table(self._result(slug), variants, self._says(slug))
        return self._shown(shown, slug, variants, origin.REBUILT)

    def layers(self, slug: str, variant: str) -> str:
        """Return a table of the layers of one variant."""
        shown = render.layers_table(self._result(slug), variant)
        return self._shown(shown, slug, [variant], origin.OF_LAYERS)

    def steps(self, slug: str, variant: str, build: str) -> str:
        """Return a table of the steps of one build."""
        shown = render.steps_table(self._result(slug), variant, build)
        return self._shown(shown, slug, [variant], origin.of_steps(build))

    def claims(self, slug: str) -> str:
        """Return a table of the lab's claims with what was measured for each."""
        verdicts = claims.verdicts(self._lab(slug), self._result(slug))
        return self._shown(render.claims_table(verdicts), slug, title=origin.CLAIMS)

    def mistakes(self, slug: str) -> str:
        """Return a table of the lab's known mistakes and the claims that each turned red."""
        shown = render.mistakes_table(self._lab(slug), self._result(slug))
        return self._shown(shown, slug, title=origin.MISTAKES)

    def exercise(self, slug: str) -> str:
        """Return the lab's exercise: task, Dockerfile to mend, claims to meet, command."""
        task = labfile.read_exercise(self._labs, slug)
        reference = results.load(self._docs / "results" / "exercises", slug)
        rows = exercises.start_rows(task, reference)
        cells = [[escape(row.says), escape(row.yours), escape(row.reference)] for row in rows]
        # Numbers stand to the right on one line; words must wrap.
        words = any(
            len(text) > _LONGEST_NUMBER for row in rows for text in (row.yours, row.reference)
        )
        shown = render.table(
            ["Claim to meet", "The start", "The solution"], cells, "" if words else " rr"
        )
        command = f"./run advices -- check-exercise {slug}"
        source = origin.data(f"exercises/{slug}")
        line = origin.line(reference, self._source(slug), source, origin.EXERCISE)
        return (
            f"{task.task.strip()}\n\n"
            f"The file to mend is `labs/{slug}/{labfile.EXERCISE}/{labfile.LEARNERS}`:\n\n"
            # Where cells run in the page, the file can be mended and checked here.
            f'<div data-exercise="{slug}" markdown="1">\n\n'
            f"{_fenced(task.dockerfile('bad').read_text('utf-8'), '')}\n</div>\n\n"
            f"Build and measure yours as often as you like:\n\n```sh\n{command}\n```\n\n"
            "It says for each claim what your image measures, what the solution measures and "
            f"where the limit is, and gives a hint for each mistake that it knows.\n\n"
            f"{shown}\n{line}\n`{command} --solution` shows a solution.\n"
        )

    def gains(self) -> str:
        """Return a table of what each advice gained on its last run, in learning order."""
        rows = []
        for said in self._in_order():
            name, result = said.headline, self._result(said.slug)
            bad, good = (self.measure(said.slug, one, name) for one in ("bad", "good"))
            values = [result.value(one, name) for one in ("bad", "good")]
            about = describe(name, said.says())
            of_bad = "—"
            if about.direction and not any(isinstance(v, str | bool) or not v for v in values):
                of_bad = self.ratio(said.slug, name, "good", "bad")
            chapter = self._chapter(said)
            rows.append([f"{chapter}: {escape(_lower_first(about.label))}", bad, good, of_bad])
        return render.table(["Advice, and what is counted", "Bad", "Good", "Of bad"], rows, " rrr")

    def dashboard(self) -> str:
        """Return for every lab its effect over time and each claim's verdict, with dates."""
        parts = []
        for said in self._in_order():
            result = self._result(said.slug)
            entries = history.load(self._docs / "results", said.slug)
            verdicts = claims.verdicts(said, result)
            about = describe(said.headline, said.says())
            shown = dashboard.curve(entries, about.label)
            better = f": {about.direction}" if about.direction else ""
            parts.append(f"## {escape(said.title)}\n")
            parts.append(f"{escape(said.advice)} [The chapter]({self._to_chapter(said)}).\n")
            parts.append(f"{escape(about.label)}{better}. {shown}\n")
            runs = dashboard.runs_table(entries)
            both, one = ("bad", "good"), [said.headline]
            shown = self._shown(runs, said.slug, both, one, origin.REFRESHES)
            parts.append(f"{shown}\n" if entries else "No history yet.\n")
            table = dashboard.claims_table(verdicts, result.provenance.date, entries)
            table = self._shown(table, said.slug, title=origin.CLAIMS)
            indented = "\n".join(f"    {line}" for line in table.splitlines())
            parts.append(f'??? note "Every claim of this lab"\n\n{indented}\n')
        return "\n".join(parts)

    def bench(self) -> str:
        """Return a table of how fast this project is beside others, as `./run bench` measured."""
        return speed.markdown(speed.load(self._docs / "results"))

    def doctor_checks(self) -> str:
        """Return a list of what `advices doctor` looks at, and what to do about each."""
        return doctor_page.looks()

    def doctor_steps(self, system: System) -> str:
        """Return a list of what one system does in its own way to make the doctor content."""
        return doctor_page.steps(system)

    def need_a_mirror(self) -> str:
        """Return links to the chapters whose builds install a distribution's packages."""
        return ", ".join(self._chapter(one) for one in self._in_order() if self._needs_mirror(one))

    def _needs_mirror(self, lab: Lab) -> bool:
        both = [lab]
        if labfile.has_exercise(self._labs, lab.slug):
            both.append(labfile.read_exercise(self._labs, lab.slug))
        return any(map(packages.installs_system_packages, both))

    def path(self) -> str:
        """Return the learning path: every chapter in order, with its advice."""
        lines = [f"1. {self._chapter(s)}  \n   {escape(s.advice)}" for s in self._in_order()]
        return "\n".join(lines) + "\n"

    def progress(self) -> str:
        """Return the place of the sentence on how much this reader has read and solved."""
        slugs = [said.slug for said in self._in_order()]
        return learning.summary(slugs, self._with_exercise(slugs))

    def progress_table(self) -> str:
        """Return a table of every chapter, in learning order, for this reader's own marks."""
        chapters = {said.slug: self._chapter(said) for said in self._in_order()}
        return learning.progress_table(chapters, self._with_exercise(chapters))

    def _with_exercise(self, slugs: Iterable[str]) -> list[str]:
        return [slug for slug in slugs if labfile.has_exercise(self._labs, slug)]

    def _chapter(self, said: Lab) -> str:
        return f"[{escape(said.title)}]({self._to_chapter(said)})"

    def _to_chapter(self, said: Lab) -> str:
        here = posixpath.dirname(self._page()) or "."
        return posixpath.relpath(f"chapters/{said.slug}.md", here)

    def probes(self) -> str:
        """Return a table of every measure that a probe takes, with what it counts."""
        rows = [
            [code(probe), code(name), escape(f"{about.label}: {about.meaning}")]
            for probe, found in PROBED.items()
            for name, about in found.items()
        ]
        return render.table(["Probe", "Measure", "What it counts"], rows)

    def provenance(self, slug: str) -> str:
        """Return a table of where the numbers of a lab come from."""
        return render.provenance_table(self._result(slug))

    def bases(self) -> str:
        """Return a table of the bases of all labs; the same base measured alike only once."""
        found: dict[tuple[str, results.BaseRecord], results.Result] = {}
        for result in map(self._result, labfile.slugs(self._labs)):
            for pair in result.provenance.bases.items():
                found.setdefault(pair, result)
        shown = render.bases_rows(sorted(found, key=lambda pair: pair[0]))
        lines = {
            result.slug: origin.line(result, self._source(result.slug), result.slug, origin.BASES)
            for result in found.values()
        }
        return f"{shown}\n{''.join(lines.values())}"

    def scanners(self, slug: str) -> str:
        """Return a table of what each web scanner did on the machine of the last run."""
        shown = alert_tables.scanners_table(self._result(slug))
        return self._shown(shown, slug, title=origin.SCANNERS)

    def alerts(self, slug: str, variants: Sequence[str] | None = None) -> str:
        """Return a table of the rules that raised alerts, by variant."""
        shown = alert_tables.alerts_table(self._result(slug), variants)
        return self._shown(shown, slug, variants, title=origin.ALERTS)

    def alert(self, slug: str, variant: str, scanner: str, rule: str) -> str:
        """Return one alert with all that the scanner said of it."""
        shown = alert_tables.alert_table(self._result(slug), variant, scanner, rule)
        return self._shown(shown, slug, [variant], title=origin.ALERTS)

    def bar_chart(self, slug: str, name: str, variants: Sequence[str] | None = None) -> str:
        """Return a figure of one measure by variant."""
        shown = charts.bar_figure(self._result(slug), name, variants, self._says(slug))
        return self._shown(shown, slug, variants, [name])

    def replay_chart(
        self,
        slug: str,
        name: str = "new_transfer_bytes",
        variants: Sequence[str] | None = None,
    ) -> str:
        """Return a figure of one measure of every rebuild by variant."""
        shown = charts.replay_figure(self._result(slug), name, variants, self._says(slug))
        return self._shown(shown, slug, variants, [f"+.{name}"])

    def layers_chart(
        self, slug: str, variants: Sequence[str] | None = None, size: str = "disk_bytes"
    ) -> str:
        """Return a figure of the layers of every variant on one scale."""
        shown = charts.layers_figure(self._result(slug), variants, size)
        return self._shown(shown, slug, variants, [size])

    def cache_timeline(self, slug: str, build: str, variants: Sequence[str] | None = None) -> str:
        """Return a figure of each step of one build by variant: what ran, where the cache stops."""
        shown = timeline.cache_timeline_figure(
            self._result(slug), build, variants, self._says(slug)
        )
        return self._shown(shown, slug, variants, origin.of_steps(build))

    def cache_explorer(self, slug: str, variants: Sequence[str] = ("bad", "good")) -> str:
        """Return the explorer in which the reader reorders Dockerfiles; it starts from variants."""
        # Pages are folders, so a page lies one level below its file's folder.
        levels = self._page().count("/") + (not self._page().endswith("index.md"))
        return explorer.cache_explorer(
            self._lab(slug), variants, ("../" * levels or "./") + "assets"
        )

    def alerts_by_risk(self, slug: str, variants: Sequence[str] | None = None) -> str:
        """Return a figure of the rules that raised alerts, by scanner, variant and risk."""
        shown = alert_charts.alerts_by_risk_figure(self._result(slug), variants)
        return self._shown(shown, slug, variants, title=origin.ALERTS)

    def stages(self, slug: str, variant: str) -> str:
        """Return a figure of the stages of a variant's Dockerfile, read from that file."""
        said = self._lab(slug)
        file = said.dockerfile(variant)
        targets = said.variants[variant].targets
        shown = stage_charts.stages_figure(file.read_text("utf-8"), targets)
        return self._shown(shown, slug, [variant], title=origin.STAGES)

    def dockerfile(self, slug: str, variant: str, highlight_against: str | None = None) -> str:
        """Return a variant's Dockerfile as a code block, lines that another lacks highlighted."""
        said = self._lab(slug)
        file = said.dockerfile(variant)
        text = file.read_text("utf-8")
        marked = ""
        if highlight_against is not None:
            other = said.dockerfile(highlight_against).read_text("utf-8")
            lines = changed_lines(other, text)
            marked = f' hl_lines="{" ".join(map(str, lines))}"' if lines else ""
        return _fenced(text, f' title="labs/{slug}/{file.name}"{marked}')


def _fenced(text: str, options: str) -> str:
    """Return a Dockerfile as a code block that no backtick in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence} dockerfile{options}\n{text.rstrip()}\n{fence}\n"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def changed_lines(before: str, after: str) -> list[int]:
    """Return the numbers, from 1, of the lines of `after` that `before` has not there."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), False)
    return [
        number + 1
        for kind, _, _, start, end in matcher.get_opcodes()
        if kind != "equal"
        for number in range(start, end)
    ]


MACROS = (
    *("measure", "ratio", "compare", "measured", "says", "measures", "replays", "layers"),
    *("steps", "claims", "provenance", "bases", "bar_chart", "replay_chart", "layers_chart"),
    *("dockerfile", "mistakes", "exercise", "gains", "path", "probes", "measured_all"),
    *("scanners", "alerts", "alert", "dashboard", "bench", "progress", "progress_table"),
    *("cache_timeline", "cache_explorer", "alerts_by_risk", "stages"),
    *("doctor_checks", "doctor_steps", "need_a_mirror"),
)


def page_path(page: Any) -> str:
    """Return the path of a page below docs/, as MkDocs or its successor Zensical has it."""
    return str(page.file.src_uri if hasattr(page, "file") else page.path)


def define_env(env: Environment) -> None:
    """Register every macro with mkdocs-macros-plugin."""
    project = Path(env.project_dir)
    docs = project / str(env.conf["docs_dir"])
    macros = Macros(project / "labs", docs, lambda: page_path(env.page))
    for name in MACROS:
        env.macro(_reported(getattr(macros, name)), name)


def _reported(function: Callable[..., str]) -> Callable[..., str]:
    """Return the macro with its errors logged: the plugin hides them in a quiet build."""

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> str:
        try:
            return function(*args, **kwargs)
        except (AdvicesError, TypeError) as error:
            log.error("%s: %s", function.__name__, error)
            raise

    return call
