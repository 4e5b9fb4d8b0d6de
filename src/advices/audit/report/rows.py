"""Pure: what an audit found, as rows, sentences and a diff."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping

from advices.audit.audit import Audit
from advices.audit.findings import not_judged
from advices.audit.lint import remarks, unsaid
from advices.audit.project import Project
from advices.audit.report.commands import repeat
from advices.audit.report.cost import costs, difference_text
from advices.audit.report.lines import lines_of, told_once
from advices.audit.tried import Tried
from advices.lab import MeasureName, describe
from advices.results import LINTERS, Value, VariantResult, ratio_text, value_text

_BUILDS = ("steps_run", "new_transfer_bytes", "seconds")
_IMAGE = (
    *("transfer_bytes", "disk_bytes", "uid", "writable_app_files", "compilers", "setuid_files"),
    *("apt_lists_bytes", "pip_cache_bytes", "hidden_bytes", "first_200_seconds", "stop_seconds"),
    *("stop_exit_code", "requests_lost", "distributions_failing", "missing_libraries"),
)
Rows = list[list[str]]


def sentence(audit: Audit) -> str:
    """Return what matters most in one sentence or two."""
    yours, fixed = audit.trial.yours, audit.trial.fixed
    before, after = _moves(yours), _moves(fixed) if fixed else []
    said = f"The image moves {before[-1]} to a server"
    if "edit-source" in yours.builds:
        steps, moved = before
        said = (
            f"A one-line edit of {_edited(audit)} runs {steps} again and moves {moved} to a server"
        )
    if not after:
        none = "that was tried made" if audit.trial.tried else "that an audit knows makes"
        return f"{said}. No change {none} this project better."
    if before == after:
        said += ", before and after this diff"
    else:
        said += f"; after this diff it is {' and '.join(after)}"
    if audit.trial.lives:
        return f"{said}. {audit.trial.lives}"
    if not yours.boot.answered:
        return f"{said}. Its page never answered, so nobody knows whether it still works."
    return f"{said}. It still serves the same page."


def _edited(audit: Audit) -> str:
    return str(audit.lab.replays["edit-source"].file)


def _moves(result: VariantResult) -> list[str]:
    """Return the steps of a build after an edit of the code, and what a deploy then moves.

    Without such a build it is what the whole image moves.
    """
    if "edit-source" not in result.builds:
        return [_text(result, "transfer_bytes")]
    count = result.builds["edit-source"].steps_run
    moved = _text(result, "new_transfer_bytes", "edit-source")
    return [f"{count} step{'' if count == 1 else 's'}", moved]


def _text(result: VariantResult | None, name: str, of: str = "") -> str:
    measure = MeasureName(name, of)
    value = result.measures().get(measure) if result else None
    return _value(measure, value)


def _value(measure: MeasureName, value: Value | None) -> str:
    return "not measured" if value is None else value_text(measure, value)


def label(audit: Audit, measure: MeasureName) -> str:
    """Return what a measure is called; of a build, with what happened to the project before it."""
    return describe(measure, {name: one.says for name, one in audit.lab.replays.items()}).label


def measured_rows(audit: Audit) -> Rows:
    """Return a row a measure: what it is, yours, and with all fixes if there are any."""
    yours, fixed = audit.trial.yours, audit.trial.fixed
    names = [MeasureName(name) for name in _IMAGE]
    names += [MeasureName(name, of) for of in audit.lab.replays for name in _BUILDS]
    known = yours.measures()
    rows = [["measure", "yours", *(["with the diff"] if fixed else [])]]
    for name in names:
        if name in known:
            more = [_value(name, fixed.measures().get(name))] if fixed else []
            rows.append([label(audit, name), _value(name, known[name]), *more])
    return rows


def finding_rows(audit: Audit) -> Rows:
    """Return a row a finding, the dearest first: the chapter, what it is, what became of it.

    The difference is what its fix makes alone.
    """
    rows = [["chapter", "found", "measure", "before", "after", "difference", ""]]
    for cost in costs(audit):
        one = cost.finding
        rows.append(
            [
                *(one.lab, one.says, label(audit, one.measure)),
                _value(one.measure, one.before),
                "" if one.after is None else _value(one.measure, one.after),
                difference_text(cost),
                "fixed by the diff" if one.is_gone else "no fix was proved",
            ]
        )
    return rows


def alone_rows(audit: Audit) -> Rows:
    """Return a row a finding, as `finding_rows`: its value with its fix alone, and the commands.

    They measure it again.
    """
    rows = [["after its fix alone", "repeat it"]]
    for cost in costs(audit):
        name = cost.finding.measure
        rows.append(["" if cost.alone is None else _value(name, cost.alone), repeat(audit, name)])
    return rows


def _why_not(one: Tried) -> str:
    if one.is_covered:
        return "behind the other changes there is nothing left for it to change"
    if not one.refused and (one.before is None or one.after is None):
        return "what would show that it brings something was not measured"
    return told_once(one.refused) or "it brings nothing here"


def refused_rows(audit: Audit) -> Rows:
    """Return a row a remedy that is no fix: what it does, and what it broke or did not bring."""
    rows = [["tried", "not in the diff, because"]]
    for one in audit.trial.tried:
        if one.remedy.name not in audit.trial.names:
            rows.append([one.change.says, _why_not(one)])
    return rows


def _on_one_line(why: str) -> str:
    return " ".join(told_once(why).split())


def not_judged_rows(audit: Audit) -> Rows:
    """Return a row a measure that was not taken, with the reason, and what else was left out."""
    rows = [["not judged", "because"]]
    rows += [[what, _on_one_line(why)] for what, why in audit.left_out.items()]
    for measure, why in not_judged(audit.trial).items():
        rows.append([describe(measure).label, _on_one_line(why)])
    return [*rows, *map(list, audit.trial.left_out)]


def lint_rows(audit: Audit) -> Rows:
    """Return a row a remark of a linter, with our measure for it where one belongs to it."""
    rows = [["linter and rule", "line", "it says", "our measure", "we measured"]]
    for one in remarks(audit.lint, audit.trial):
        ours = [label(audit, one.measure), _value(one.measure, one.value)] if one.measure else []
        rows.append(
            [f"{LINTERS[one.linter]} {one.rule}", str(one.line), one.says, *(ours or ["none", ""])]
        )
    return rows


def lint_said(audit: Audit) -> list[str]:
    """Return the sentences on linters that said nothing or did not run, and on what none said."""
    said = []
    for name, one in audit.lint.said.items():
        if one.unread:
            said.append(f"{LINTERS[name]} could not read the file: {one.unread}")
        elif not one.findings:
            said.append(f"{LINTERS[name]} says nothing about the file.")
    said += [f"{LINTERS[name]} did not run: {why}" for name, why in audit.lint.missing.items()]
    if audit.lint.said and (silent := unsaid(audit.lint, audit.trial)):
        named = ", ".join(label(audit, one) for one in silent)
        said.append(f"Measured, and said by no linter: {named}.")
    return said if said or audit.lint.said else ["No linter was asked."]


def chosen_rows(audit: Audit) -> Rows:
    """Return a row a choice: what was built, why, and by which option it is another one."""
    project = audit.project
    rows = [["what", "chosen", "because", "changed by"]]
    rows += [[one.name, one.value, one.why, one.option] for one in project.chosen]
    told = {one.name for one in project.chosen}
    asked = {
        "Dockerfile": project.shown(project.dockerfile),
        "context": project.shown(project.context),
        "port": str(project.port),
    }
    more = [[name, said, "you said so", ""] for name, said in asked.items() if name not in told]
    return [*rows, *more]


def against_rows(audit: Audit) -> Rows:
    """Return a row a measure that differs from the other commit's to see, what is worse first.

    Without another commit, or with equal measures, there is the header only.
    """
    against = audit.against
    rows = [["measure", against.ref if against else "", "here", "verdict"]]
    changes = against.changes(audit.trial.yours) if against else ()
    for one in sorted(changes, key=lambda change: not change.is_worse):
        before, after = _value(one.measure, one.before), _value(one.measure, one.after)
        if before == after and not one.is_worse:
            continue
        if one.measure.is_time:
            after += f", {ratio_text(float(one.after), float(one.before))}"
        rows.append([label(audit, one.measure), before, after, "worse" if one.is_worse else ""])
    return rows


def diff(audit: Audit) -> str:
    """Return the unified diff that `git apply` or `patch -p1` takes, "" without a fix."""
    return diff_of(audit.project, audit.files)


def how_to_apply(audit: Audit) -> str:
    """Return a sentence on what to do with the diff, which names the folder where it applies."""
    project = audit.project
    if project.inline:
        file = project.shown(project.dockerfile)
        return f"The diff changes the Dockerfile written in `{file}`: edit that file by hand."
    where = f"the folder `{os.path.relpath(project.patched, project.folder)}` of the audited one"
    if project.patched == project.folder:
        where = "the folder that was audited"
    elif project.patched == project.root:
        where = "the root of the repository"
    return f"Apply the diff with `git apply` in {where}, or let `advices audit --fix` write it."


def diff_of(project: Project, files: Mapping[str, tuple[str, str]]) -> str:
    """Return the unified diff of files of a project, each its text before and after."""
    found: list[str] = []
    for path, (old, new) in files.items():
        name = project.in_diff(path)
        before = f"a/{name}" if old else "/dev/null"
        lines = lines_of(old), lines_of(new)
        for line in difflib.unified_diff(*lines, before, f"b/{name}"):
            found.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(found)
