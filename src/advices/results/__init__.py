"""What came out.

The record and its files, verdicts on claims and exercises, what moved, history, and how a quantity
is worded.
"""

from advices.results import (
    advisories,
    claims,
    exercise,
    history,
    linting,
    recorded,
    rehearsals,
    wording,
)
from advices.results.advisories import Audit, AuditedLock, Vulnerable
from advices.results.claims import Verdict, is_judged, judged, not_judged, red, verdicts
from advices.results.comparison import Drift, base_changes, drifts, scanner_changes
from advices.results.exercise import (
    YOURS,
    Checked,
    Pending,
    Row,
    checked,
    compares_pages,
    hints,
    hints_on_failure,
    so_far,
)
from advices.results.hint_steps import HintSteps, hint_steps
from advices.results.history import Entry, reversed_claims, stepped_back
from advices.results.key import Confirmation, KeyParts, parts, why_changed
from advices.results.linting import LINTERS, Finding, Linted, LinterName, LinterRun, Linting
from advices.results.pages import Page, difference, page_of
from advices.results.provenance import PUBLISHED_PLATFORM, BaseRecord, Count, Provenance
from advices.results.record import (
    NOT_MEASURED,
    SCHEMA_VERSION,
    Boot,
    Build,
    Layer,
    MistakeResult,
    Result,
    Step,
    Timing,
    Value,
    VariantResult,
    replay_names,
)
from advices.results.recorded import Recorded, RecordedRule, RecordedScan
from advices.results.records import read_record, write_record
from advices.results.store import dump, load, refuse_newer, save, schema_text
from advices.results.turned import Turned, turned
from advices.results.wording import (
    bytes_text,
    code,
    escape,
    percent_text,
    ratio_text,
    seconds_text,
    value_text,
)

__all__ = [
    "LINTERS",
    "NOT_MEASURED",
    "PUBLISHED_PLATFORM",
    "SCHEMA_VERSION",
    "YOURS",
    "Audit",
    "AuditedLock",
    "BaseRecord",
    "Boot",
    "Build",
    "Checked",
    "Confirmation",
    "Count",
    "Drift",
    "Entry",
    "Finding",
    "HintSteps",
    "KeyParts",
    "Layer",
    "Linted",
    "LinterName",
    "LinterRun",
    "Linting",
    "MistakeResult",
    "Page",
    "Pending",
    "Provenance",
    "Recorded",
    "RecordedRule",
    "RecordedScan",
    "Result",
    "Row",
    "Step",
    "Timing",
    "Turned",
    "Value",
    "VariantResult",
    "Verdict",
    "Vulnerable",
    "advisories",
    "base_changes",
    "bytes_text",
    "checked",
    "claims",
    "code",
    "compares_pages",
    "difference",
    "drifts",
    "dump",
    "escape",
    "exercise",
    "hint_steps",
    "hints",
    "hints_on_failure",
    "history",
    "is_judged",
    "judged",
    "linting",
    "load",
    "not_judged",
    "page_of",
    "parts",
    "percent_text",
    "ratio_text",
    "read_record",
    "recorded",
    "red",
    "refuse_newer",
    "rehearsals",
    "replay_names",
    "reversed_claims",
    "save",
    "scanner_changes",
    "schema_text",
    "seconds_text",
    "so_far",
    "stepped_back",
    "turned",
    "value_text",
    "verdicts",
    "why_changed",
    "wording",
    "write_record",
]
