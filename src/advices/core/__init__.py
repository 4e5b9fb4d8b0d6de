"""What every room stands on.

Errors, processes and the clock, threads that end together, progress as events, strict records,
where things are, files that are written whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advices.core import errors
from advices.core.audit_errors import ListInvalid, NotMeasured
from advices.core.build_errors import (
    BuilderUnusable,
    BuildHung,
    BuildLimited,
    DockerfileInvalid,
    FrontendTooOld,
    RuntimeUnusable,
    StepFailed,
)
from advices.core.classes import CLASS_VARIABLE, KEEP_DAYS, ClassOf, class_of
from advices.core.classroom_errors import (
    ClassMissing,
    ClassSettingInvalid,
    ClassUnreachable,
    HubFailed,
    JoinRefused,
    ProgressWaits,
    ProxyMissing,
    RehearsalFailed,
    XapiStoreUnfit,
)
from advices.core.counting import counted
from advices.core.digests import digest_of, meaning_of
from advices.core.engine_errors import EngineUnsuitable
from advices.core.errors import (
    AdvicesError,
    BaseUnavailable,
    BundleRefused,
    ClaimBroken,
    CommandFailed,
    DatabaseDown,
    DiskFull,
    EngineElsewhere,
    EngineForbidden,
    EngineLost,
    EngineMissing,
    EngineRefused,
    ExtraMissing,
    FileRefused,
    InstallRefused,
    LabInvalid,
    NeverAnswered,
    NotebookFailed,
    PackageMissing,
    PortTaken,
    ResultDrifted,
    ResultInvalid,
    ScanFailed,
    ScannerMissing,
    SettingInvalid,
    SiteMissing,
    TargetRefused,
    UnsteadyMeasure,
)
from advices.core.events import (
    Begun,
    Decided,
    Event,
    Instruction,
    Measured,
    Planned,
    Say,
    State,
    Step,
    Waiting,
    line,
    received,
    sent,
)
from advices.core.files import free_bytes, write_together, write_whole
from advices.core.garbage import collect_rarely
from advices.core.paths import (
    Layout,
    anywhere,
    cache_folder,
    project,
    service_folder,
    state_folder,
)
from advices.core.process import (
    BESIDE_VARIABLE,
    VERBOSE_VARIABLE,
    as_root,
    clock,
    now,
    poll,
    run,
    show,
    show_output,
    spawn_daemon,
    stream_stderr,
)
from advices.core.pull_errors import (
    ImageUnknown,
    PullFailed,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    RegistrySilent,
)
from advices.core.saves import saves
from advices.core.seat_errors import ClassUnfit, SeatUnknown
from advices.core.spent import Spent
from advices.core.threads import (
    GivenUp,
    ahead,
    alive,
    at_once,
    begun,
    ended_by,
    interruptible,
    that_can_be_given_up,
)

if TYPE_CHECKING:
    from advices.core.records import Record

__all__ = [
    "BESIDE_VARIABLE",
    "CLASS_VARIABLE",
    "KEEP_DAYS",
    "VERBOSE_VARIABLE",
    "AdvicesError",
    "BaseUnavailable",
    "Begun",
    "BuildHung",
    "BuildLimited",
    "BuilderUnusable",
    "BundleRefused",
    "ClaimBroken",
    "ClassMissing",
    "ClassOf",
    "ClassSettingInvalid",
    "ClassUnfit",
    "ClassUnreachable",
    "CommandFailed",
    "DatabaseDown",
    "Decided",
    "DiskFull",
    "DockerfileInvalid",
    "EngineElsewhere",
    "EngineForbidden",
    "EngineLost",
    "EngineMissing",
    "EngineRefused",
    "EngineUnsuitable",
    "Event",
    "ExtraMissing",
    "FileRefused",
    "FrontendTooOld",
    "GivenUp",
    "HubFailed",
    "ImageUnknown",
    "InstallRefused",
    "Instruction",
    "JoinRefused",
    "LabInvalid",
    "Layout",
    "ListInvalid",
    "Measured",
    "NeverAnswered",
    "NotMeasured",
    "NotebookFailed",
    "PackageMissing",
    "Planned",
    "PortTaken",
    "ProgressWaits",
    "ProxyMissing",
    "PullFailed",
    "PullForbidden",
    "PullsLimited",
    "Record",
    "ReferenceInvalid",
    "RegistrySilent",
    "RehearsalFailed",
    "ResultDrifted",
    "ResultInvalid",
    "RuntimeUnusable",
    "Say",
    "ScanFailed",
    "ScannerMissing",
    "SeatUnknown",
    "SettingInvalid",
    "SiteMissing",
    "Spent",
    "State",
    "Step",
    "StepFailed",
    "TargetRefused",
    "UnsteadyMeasure",
    "Waiting",
    "XapiStoreUnfit",
    "ahead",
    "alive",
    "anywhere",
    "as_root",
    "at_once",
    "begun",
    "cache_folder",
    "class_of",
    "clock",
    "collect_rarely",
    "counted",
    "digest_of",
    "ended_by",
    "errors",
    "free_bytes",
    "interruptible",
    "line",
    "meaning_of",
    "now",
    "poll",
    "project",
    "received",
    "run",
    "saves",
    "sent",
    "service_folder",
    "show",
    "show_output",
    "spawn_daemon",
    "state_folder",
    "stream_stderr",
    "that_can_be_given_up",
    "write_together",
    "write_whole",
]


def __getattr__(name: str) -> Any:
    """Load strict records when somebody asks: `advices --help` needs none, and they are slow."""
    if name == "Record":
        from advices.core.records import Record  # noqa: PLC0415

        return Record
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
