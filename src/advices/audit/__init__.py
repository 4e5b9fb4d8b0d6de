"""The reader's own project: what it builds, what each advice would bring there, and the proof.

An audit is a lab of a project. Its variants are the project as it is and one for each remedy.
"""

from advices.audit.remedies import Change, Remedy, remedies

__all__ = [
    "Change",
    "Remedy",
    "remedies",
]
