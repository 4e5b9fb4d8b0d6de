"""What is looked at besides builds: one module a probe.

How an image is started and asked is in `startup`, the programs that run in containers are in
`inside/`.
"""

from advices.probes import startup
from advices.probes.environment import wrong
from advices.probes.imports import libraries_missing
from advices.probes.listening import listeners
from advices.probes.secrets import shown_each
from advices.probes.subject import Found, Subject
from advices.probes.table import asked, probe
from advices.probes.twelve_factor import factors_met

__all__ = [
    "Found",
    "Subject",
    "asked",
    "factors_met",
    "libraries_missing",
    "listeners",
    "probe",
    "shown_each",
    "startup",
    "wrong",
]
