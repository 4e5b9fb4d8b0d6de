"""An advice as data.

A lab or exercise read from its TOML, what its Dockerfiles name, its measures with names and units,
what scanners may find.
"""

from advices.lab import labfile
from advices.lab.dockerfile import external_images, final_base, stage_body, stage_names
from advices.lab.instructions import instructions
from advices.lab.labfile import LEARNERS, line_of, read
from advices.lab.measures import PROBED, SCANNERS, Says, describe, meanings, varies, when
from advices.lab.model import BUILDS, COLD, AnotherStart, Claim, Lab, Mistake, Replay, Slug, Variant
from advices.lab.scans import (
    EVIDENCE_CHARACTERS,
    RISKS,
    SEPARATOR,
    Alert,
    Attacks,
    Confidence,
    Risk,
    Scan,
    not_run,
    scanner_of,
)
from advices.lab.source import NOT_SOURCE, code_cells
from advices.lab.stages import Stage, read_stages

__all__ = [
    "BUILDS",
    "COLD",
    "EVIDENCE_CHARACTERS",
    "LEARNERS",
    "NOT_SOURCE",
    "PROBED",
    "RISKS",
    "SCANNERS",
    "SEPARATOR",
    "Alert",
    "AnotherStart",
    "Attacks",
    "Claim",
    "Confidence",
    "Lab",
    "Mistake",
    "Replay",
    "Risk",
    "Says",
    "Scan",
    "Slug",
    "Stage",
    "Variant",
    "code_cells",
    "describe",
    "external_images",
    "final_base",
    "instructions",
    "labfile",
    "line_of",
    "meanings",
    "not_run",
    "read",
    "read_stages",
    "scanner_of",
    "stage_body",
    "stage_names",
    "varies",
    "when",
]
