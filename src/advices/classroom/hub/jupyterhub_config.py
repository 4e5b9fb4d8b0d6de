"""The file of settings that JupyterHub is started with. `advices class start` names it."""

from __future__ import annotations

import os
from pathlib import Path

from advices.classroom.entering import inside
from advices.classroom.hub.extra import take
from advices.classroom.hub.files import FOLDER_VARIABLE, classroom, codes, opened
from advices.classroom.hub.settings import Door, hub_settings
from advices.classroom.resetting import ensure_for_server

# JupyterHub executes this file and brings these two.
c = get_config()  # type: ignore[name-defined]  # noqa: F821

_folder = Path(os.environ[FOLDER_VARIABLE])
_how = opened(_folder)
for _class, _values in hub_settings(
    _folder, classroom(_folder), _how, codes(_folder), Door(inside, ensure_for_server)
).items():
    c[_class].update(_values)
if _how.extra is not None:
    take(_how.extra, c)
