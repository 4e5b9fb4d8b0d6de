"""Pure: an audit as JUnit XML: a case a tip, which fails if a job is to fail on it."""

from __future__ import annotations

from xml.etree import ElementTree

from advices.audit.audit import Audit
from advices.audit.findings import CHAPTERS
from advices.audit.policy import Policy, judged, regressions, unjudged
from advices.audit.report.rows import label
from advices.results import value_text


def junit(audit: Audit, policy: Policy) -> str:
    """Return one suite with a case for each chapter that an audit can find something of.

    A chapter without findings that could not be judged is skipped, with what was not measured.
    """
    said: dict[str, list[str]] = {}
    failing: set[str] = set()
    for one in judged(audit, policy):
        finding = one.finding
        value = value_text(finding.measure, finding.before)
        state = {"new": "", "known": " [known]", "suppressed": f" [suppressed: {one.reason}]"}
        line = f"{finding.says} {label(audit, finding.measure)}: {value}{state[one.state]}"
        said.setdefault(finding.lab, []).append(line)
        failing |= {finding.lab} if one.fails else set()
    for worse in regressions(audit, policy):
        change = worse.change
        before, after = (value_text(change.measure, v) for v in (change.before, change.after))
        for name in worse.chapters:
            line = f"{label(audit, change.measure)}: {after}, before {before}"
            said.setdefault(name, []).append(line)
            failing |= {name} & policy.fail_on
    silent = unjudged(audit, CHAPTERS)
    name = _printable(audit.project.folder.name)
    root = ElementTree.Element("testsuites", name="advices audit")
    suite = ElementTree.SubElement(root, "testsuite", name=name)
    skipped = 0
    for chapter in sorted(CHAPTERS):
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"advices.audit.{name}", name=chapter
        )
        lines = said.get(chapter, [])
        if chapter in failing:
            failure = ElementTree.SubElement(case, "failure", message=_printable(lines[0]))
            failure.text = "\n".join(map(_printable, lines))
        elif lines:
            ElementTree.SubElement(case, "system-out").text = "\n".join(map(_printable, lines))
        elif chapter in silent:
            names = ", ".join(label(audit, one) for one in silent[chapter])
            message = _printable(f"not measured: {names}")
            ElementTree.SubElement(case, "skipped", message=message)
            skipped += 1
    suite.set("tests", str(len(CHAPTERS)))
    suite.set("failures", str(len(failing)))
    suite.set("errors", "0")
    suite.set("skipped", str(skipped))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """Return text that XML can hold: some control characters it cannot, even escaped."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
