"""Runs in a container: exits with 0 when the program in the working folder can start.

A Django project checks itself. Of anything else, the modules at the top of the folder must
import.
"""

import importlib
import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
modules = sorted(file.stem for file in Path().glob("*.py") if file.stem.isidentifier())
if "manage" in modules:
    sys.argv = ["manage.py", "check"]
    runpy.run_path("manage.py", run_name="__main__")
elif not modules:
    sys.exit(f"there is no program in {Path.cwd()}")
else:
    for module in modules:
        importlib.import_module(module)
