"""Measures variants, mistakes and exercises on an engine.

The plan, what a build gets, and the keys that say whether a number must be measured again.
"""

from advices.measure.bench import (
    SAMPLES_VARIABLE,
    Bench,
    commit_of,
    samples_from_environment,
)
from advices.measure.candidate import CANARY, Candidate, of_variant
from advices.measure.exercises import Told, check, get_ready, solved, start_of, unsound
from advices.measure.ground import Ground
from advices.measure.kept import Kept, kept_file
from advices.measure.keys import Keys
from advices.measure.limits import for_audits, for_learners, setting
from advices.measure.mistakes import answering_traps, judged_steps, proved, uncaught_mistakes
from advices.measure.plan import (
    QUICK,
    BuildImage,
    InspectImages,
    PlanStep,
    ProbeImage,
    Samples,
    ServeImage,
    for_variant,
    steps,
    steps_giving,
)
from advices.measure.rotation import LAB_TURNS, TURNS, due, labs_due, turn_of
from advices.measure.standing import (
    Committed,
    Standing,
    for_a_check,
    for_a_quick_run,
    for_a_run,
    has_changed,
    keyed,
    names,
    not_in_turn,
    start_stands,
    variant_names,
)
from advices.measure.variant import Measurer

__all__ = [
    "CANARY",
    "LAB_TURNS",
    "QUICK",
    "SAMPLES_VARIABLE",
    "TURNS",
    "Bench",
    "BuildImage",
    "Candidate",
    "Committed",
    "Ground",
    "InspectImages",
    "Kept",
    "Keys",
    "Measurer",
    "PlanStep",
    "ProbeImage",
    "Samples",
    "ServeImage",
    "Standing",
    "Told",
    "answering_traps",
    "check",
    "commit_of",
    "due",
    "for_a_check",
    "for_a_quick_run",
    "for_a_run",
    "for_audits",
    "for_learners",
    "for_variant",
    "get_ready",
    "has_changed",
    "judged_steps",
    "kept_file",
    "keyed",
    "labs_due",
    "names",
    "not_in_turn",
    "of_variant",
    "proved",
    "samples_from_environment",
    "setting",
    "solved",
    "start_of",
    "start_stands",
    "steps",
    "steps_giving",
    "turn_of",
    "uncaught_mistakes",
    "unsound",
    "variant_names",
]
