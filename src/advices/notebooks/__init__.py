"""Labs as notebooks.

What a notebook holds while it measures, how it is executed, what is kept of it or compared.
"""

from advices.notebooks.checking import check_labs
from advices.notebooks.drawing import Drawing
from advices.notebooks.drawn import drawn_key, marked
from advices.notebooks.labs import check_exercise, prove_exercise, run_labs
from advices.notebooks.session import LabSession, hear_events, open_lab
from advices.notebooks.watching import Look, watch_exercise

__all__ = [
    "Drawing",
    "LabSession",
    "Look",
    "check_exercise",
    "check_labs",
    "drawn_key",
    "hear_events",
    "marked",
    "open_lab",
    "prove_exercise",
    "run_labs",
    "watch_exercise",
]
