"""An advice as data.

A lab or exercise read from its TOML, what its Dockerfiles name, its measures with names and units,
what scanners may find.
"""

from advices.lab import labfile
from advices.lab.claim import Claim
from advices.lab.dockerfile import Dockerfile, parse_dockerfile, read_dockerfile
from advices.lab.dockerignore import context_files, ignore_patterns, unreadable
from advices.lab.edit import SAMPLE, Edit
from advices.lab.fixes import Fixes
from advices.lab.handing import with_bases_apart, without_syntax
from advices.lab.image_names import familiar
from advices.lab.instructions import Instruction, instructions
from advices.lab.keep import Keep
from advices.lab.labfile import LEARNERS, line_of, read
from advices.lab.measure import OF_A_BUILD, OF_A_START, Measure
from advices.lab.measure_name import MeasureName
from advices.lab.measures import (
    PROBED,
    SCANNERS,
    Says,
    describe,
    meanings,
    varies,
    when,
)
from advices.lab.mistake import BUILDS, Mistake, Slug
from advices.lab.model import COLD, AnotherStart, Lab, Serve, Variant
from advices.lab.project_file import edited, project_file
from advices.lab.replay import Replay
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
from advices.lab.signs import (
    Call,
    Failure,
    Options,
    Placed,
    PythonInstall,
    View,
    does,
    failed_place,
    is_root,
    options,
    places,
    python_install,
    system_packages,
    within,
)
from advices.lab.source import NOT_SOURCE, code_cells
from advices.lab.stage_uses import StageUse, stage_uses

__all__ = [
    "BUILDS",
    "COLD",
    "EVIDENCE_CHARACTERS",
    "LEARNERS",
    "NOT_SOURCE",
    "OF_A_BUILD",
    "OF_A_START",
    "PROBED",
    "RISKS",
    "SAMPLE",
    "SCANNERS",
    "SEPARATOR",
    "Alert",
    "AnotherStart",
    "Attacks",
    "Call",
    "Claim",
    "Confidence",
    "Dockerfile",
    "Edit",
    "Failure",
    "Fixes",
    "Instruction",
    "Keep",
    "Lab",
    "Measure",
    "MeasureName",
    "Mistake",
    "Options",
    "Placed",
    "PythonInstall",
    "Replay",
    "Risk",
    "Says",
    "Scan",
    "Serve",
    "Slug",
    "StageUse",
    "Variant",
    "View",
    "code_cells",
    "context_files",
    "describe",
    "does",
    "edited",
    "failed_place",
    "familiar",
    "ignore_patterns",
    "instructions",
    "is_root",
    "labfile",
    "line_of",
    "meanings",
    "not_run",
    "options",
    "parse_dockerfile",
    "places",
    "project_file",
    "python_install",
    "read",
    "read_dockerfile",
    "scanner_of",
    "stage_uses",
    "system_packages",
    "unreadable",
    "varies",
    "when",
    "with_bases_apart",
    "within",
    "without_syntax",
]
