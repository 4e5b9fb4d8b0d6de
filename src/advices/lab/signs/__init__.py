"""What a Dockerfile shows: the signs by which a known mistake is recognised.

`vocabulary` has what exercise.toml may say, `view` the instructions as a build meets them, `calls`
commands in one spelling, `start` what PID 1 becomes, `edits` what runs again, `rights` who may
write where, `leftovers` what stays in layers, `locked` what decides versions, `venvs` where
packages lie, `failed` failed steps,
`places` the instructions that a sign comes from.
"""

from advices.lab.signs.calls import (
    Call,
    Options,
    PythonInstall,
    does,
    options,
    python_install,
    system_packages,
)
from advices.lab.signs.failed import FailedStep, Failure
from advices.lab.signs.places import failed_place, places
from advices.lab.signs.view import Placed, View, is_root, within
from advices.lab.signs.vocabulary import Sign

__all__ = [
    "Call",
    "FailedStep",
    "Failure",
    "Options",
    "Placed",
    "PythonInstall",
    "Sign",
    "View",
    "does",
    "failed_place",
    "is_root",
    "options",
    "places",
    "python_install",
    "system_packages",
    "within",
]
