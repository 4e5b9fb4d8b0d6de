"""Measures variants, mistakes and exercises on an engine.

The plan, what a build gets, and the keys that say whether a number must be measured again.
"""

from advices.measure.bench import QUICK, SAMPLES_VARIABLE, Bench, samples_from_environment
from advices.measure.candidate import of_variant
from advices.measure.exercises import check, solved, start_of, unsound
from advices.measure.keys import Keys
from advices.measure.mistakes import (
    answering_traps,
    judged_steps,
    mistake_results,
    uncaught_mistakes,
)
from advices.measure.plan import Samples, steps

__all__ = [
    "QUICK",
    "SAMPLES_VARIABLE",
    "Bench",
    "Keys",
    "Samples",
    "answering_traps",
    "check",
    "judged_steps",
    "mistake_results",
    "of_variant",
    "samples_from_environment",
    "solved",
    "start_of",
    "steps",
    "uncaught_mistakes",
    "unsound",
]
