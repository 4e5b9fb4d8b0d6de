"""The reader's own project: what it builds, what each advice would bring there, and the proof.

An audit is a lab of a project. Its variants are the project as it is and one for each remedy.
"""

from advices.audit.audit import Audit, audited
from advices.audit.project import Asked, Chosen, Project, read_project
from advices.audit.trial import Tried

__all__ = ["Asked", "Audit", "Chosen", "Project", "Tried", "audited", "read_project"]
