"""Pure: an audit as one HTML file that asks nothing of any other."""

from __future__ import annotations

import html as entities
from dataclasses import dataclass
from pathlib import Path

from advices.audit.audit import Audit
from advices.audit.lint import unsaid
from advices.audit.policy import Policy
from advices.audit.report.commands import repeat
from advices.audit.report.cost import Cost, costs, difference_text
from advices.audit.report.links import chapter
from advices.audit.report.markup import code_text, plain, rows_table, value, words
from advices.audit.report.rows import (
    against_rows,
    diff,
    label,
    lint_rows,
    measured_rows,
    not_judged_rows,
    refused_rows,
    sentence,
)
from advices.audit.report.states import state_rows
from advices.lab import MeasureName
from advices.results import LINTERS, escape, value_text
from advices.site import charts, table

_HERE = Path(__file__).parent
_DRAWN = ("transfer_bytes", "disk_bytes")


@dataclass(frozen=True)
class _Page:
    audit: Audit
    policy: Policy | None
    site: str


def html(audit: Audit, policy: Policy | None = None, *, site: str = "") -> str:
    """Return the report as an HTML document.

    `site` is the address of the published site, "" for no links to chapters. With a policy it says
    which findings fail no job. Everything foreign in it is escaped.
    """
    body = _section(_Page(audit, policy, site))
    name = escape(audit.project.folder.name)
    # No script, no picture, no address is loaded, whatever the project may be called.
    csp = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{csp}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Audit of {name}</title>\n"
        f"<style>{_text('colours.css')}{_text('report.css')}</style>\n"
        f"</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _text(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _section(page: _Page) -> str:
    audit = page.audit
    parts = [
        _heading(1, f"Audit of {audit.project.folder.name}"),
        f'<p class="adv-audit__lead">{escape(sentence(audit))}</p>',
        _figures(audit),
        _heading(2, "What it costs"),
        _findings(page),
        *_lived_with(page),
        *_compared(page),
        _heading(2, "The diff"),
        _diff(audit),
        _heading(2, "Measured"),
        plain("Each measure of the project", measured_rows(audit), numbers=2),
    ]
    refused = refused_rows(audit)
    if len(refused) > 1:
        parts += [_heading(2, "Tried, and not in the diff")]
        parts += [plain("Changes that are not in the diff, with the reason", refused)]
    parts += [_heading(2, "Lint said, we measured"), *_lint(audit)]
    parts += [_heading(2, "Not judged")]
    silent = not_judged_rows(audit)
    parts += [
        plain("What was not judged, with the reason", silent)
        if len(silent) > 1
        else "<p>Everything that this audit measures was measured.</p>"
    ]
    parts += [_heading(2, "What was built"), _chosen(audit)]
    return '<section class="adv-audit">\n' + "\n".join(filter(None, parts)) + "\n</section>\n"


def _heading(level: int, text: str) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def _figures(audit: Audit) -> str:
    """Return a figure for what an edit moves, or else for the size; each with its table."""
    edit = MeasureName("new_transfer_bytes", "edit-source")
    yours = audit.trial.yours.measures()
    if edit in yours:
        return _figure(audit, edit)
    return "".join(_figure(audit, MeasureName(name)) for name in _DRAWN)


def _figure(audit: Audit, measure: MeasureName) -> str:
    trial, named = audit.trial, label(audit, measure)
    shown = [("yours", trial.yours, charts.drawing.BAD)]
    if trial.fixed is not None:
        shown.append(("with the diff", trial.fixed, charts.drawing.GOOD))
    bars, rows = [], []
    for name, result, colour in shown:
        taken = result.measures().get(measure)
        if isinstance(taken, int | float):
            said = value_text(measure, taken)
            bars.append(
                charts.drawing.Bar(name, said, (charts.drawing.Part(float(taken), colour),))
            )
            rows.append([name, escape(said)])
    svg = charts.drawing.bars(named, (charts.drawing.Group("", tuple(bars)),))
    return charts.drawing.figure(
        svg, f"{named}. Lower is better.", table(["variant", escape(named)], rows, " r")
    )


def _findings(page: _Page) -> str:
    header = [
        *("tip", "fix or finding", "measure", "before", "after its fix alone", "difference"),
        *("with the whole diff", "repeat it"),
    ]
    rows = [_finding(page, one) for one in costs(page.audit)]
    if not rows:
        return "<p>Nothing was found that a tip would make better.</p>"
    caption = (
        "Tips that the project does not follow: first what loses secrets, rights or requests, "
        "then by bytes"
    )
    return rows_table(caption, header, rows, numbers=range(3, 7))


def _finding(page: _Page, cost: Cost) -> list[str]:
    one = cost.finding
    address = chapter(page.site, one.lab)
    name = escape(one.lab)
    link = f'<a href="{entities.escape(address)}">{name}</a>' if address else name
    after = value(one.measure, one.after) if one.is_gone else "no fix was proved"
    # What a screen reader says of the button has to tell one from the other.
    which = f'<span class="adv-audit__spoken"> {escape(label(page.audit, one.measure))}</span>'
    commands = (
        f"<details><summary>commands{which}</summary>"
        f"<pre><code>{code_text(repeat(page.audit, one.measure))}</code></pre></details>"
    )
    return [
        *(link, words(one.says), escape(label(page.audit, one.measure))),
        value(one.measure, one.before),
        "—" if cost.alone is None else value(one.measure, cost.alone),
        *(escape(difference_text(cost)) or "—", after, commands),
    ]


def _lived_with(page: _Page) -> list[str]:
    rows = state_rows(page.audit, page.policy) if page.policy else []
    return [plain("Findings that fail no job", rows)] if len(rows) > 1 else []


def _compared(page: _Page) -> list[str]:
    """Return what is not the same as at the other commit, nothing without one."""
    against = page.audit.against
    if against is None:
        return []
    parts = [_heading(2, f"Compared with {against.ref}")]
    rows = against_rows(page.audit)
    if len(rows) > 1:
        parts.append(plain("Exact measures that are not the same, what is worse first", rows))
    else:
        parts.append("<p>No exact measure is another one.</p>")
    if against.no_bytes:
        parts.append(f"<p>Bytes are not compared: {escape(against.no_bytes)}.</p>")
    return parts


def _diff(audit: Audit) -> str:
    if not audit.files:
        return "<p>No change that was tried made this project better and broke nothing.</p>"
    kinds = {"+": "adv-audit__new", "-": "adv-audit__old", "@": "adv-audit__at"}
    lines = []
    for line in diff(audit).split("\n"):
        css = "" if line.startswith(("+++", "---")) else kinds.get(line[:1], "")
        shown = code_text(line)
        lines.append(f'<span class="{css}">{shown}</span>' if css else shown)
    said = (
        "All of it was built together and compared with the project as it is. "
        "Apply it with <code>git apply</code>, or let <code>advices audit --fix</code> write it."
    )
    box = 'tabindex="0" role="group" aria-label="The diff"'
    return f"<p>{said}</p>\n<pre {box}><code>{chr(10).join(lines)}</code></pre>"


def _lint(audit: Audit) -> list[str]:
    lint, trial = audit.lint, audit.trial
    parts, rows = [], lint_rows(audit)
    if len(rows) > 1:
        parts.append(plain("What linters say, with our number for it", rows))
    for name, said in lint.said.items():
        if said.unread:
            parts.append(
                f"<p>{escape(LINTERS[name])} could not read the file: {escape(said.unread)}</p>"
            )
        elif not said.findings:
            parts.append(f"<p>{escape(LINTERS[name])} says nothing about the file.</p>")
    for name, why in lint.missing.items():
        parts.append(f"<p>{escape(LINTERS[name])} did not run: {escape(why)}</p>")
    if lint.said and (silent := unsaid(lint, trial)):
        named = ", ".join(escape(label(audit, one)) for one in silent)
        parts.append(f"<p>Measured, and said by no linter: {named}.</p>")
    return parts or ["<p>No linter was asked.</p>"]


def _chosen(audit: Audit) -> str:
    project = audit.project
    rows = [[one.name, one.value, one.why, one.option] for one in project.chosen]
    told = {one.name for one in project.chosen}
    asked = {
        "Dockerfile": project.shown(project.dockerfile),
        "context": project.shown(project.context),
        "port": str(project.port),
    }
    rows += [[name, said, "you said so", ""] for name, said in asked.items() if name not in told]
    header = ["what", "chosen", "because", "changed by"]
    return plain("What was built, and why", [header, *rows])
