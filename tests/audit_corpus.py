"""The Dockerfiles of tests/dockerfiles with a project that each of them could build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from advices.audit.remedies import Source

CORPUS = Path(__file__).parent / "dockerfiles"
FILES = {file.name.removesuffix(".Dockerfile"): file for file in CORPUS.glob("*.Dockerfile")}
CODE = {"app.py": "", "manage.py": "", "web/index.html": "", "README.md": ""}
PIP = {**CODE, "requirements.txt": "flask==3.1\n"}
BUILDS = '[build-system]\nrequires = ["hatchling"]\n'
SCRIPT = "#!/bin/sh\nset -e\n# Tables first.\npython manage.py migrate\n"
PROJECTS: dict[str, Mapping[str, str]] = {
    "uv-project": {**CODE, "pyproject.toml": BUILDS, "uv.lock": ""},
    "uv-app": {**CODE, "pyproject.toml": '[project]\nname = "app"\n', "uv.lock": ""},
    "uv-by-the-manual": {**CODE, "pyproject.toml": BUILDS, "uv.lock": ""},
    "poetry-classic": {**CODE, "pyproject.toml": BUILDS, "poetry.lock": ""},
    "poetry-no-root": {**CODE, "pyproject.toml": BUILDS, "poetry.lock": ""},
    "poetry-lists-first": {**CODE, "pyproject.toml": BUILDS, "poetry.lock": ""},
    "pipenv": {**CODE, "Pipfile": "", "Pipfile.lock": "{}"},
    "pdm": {**CODE, "pyproject.toml": BUILDS, "pdm.lock": ""},
    "compilers-lower": {
        **CODE,
        "requirements/prod.txt": "-r base.txt\ngunicorn\n",
        "requirements/base.txt": "flask\n",
    },
    "credentials-moved": {**PIP, ".netrc": "", "production.env": "# ours\nKEY=a-key\nDEBUG=no\n"},
    "credentials-copied": {**PIP, "ops/.netrc": ""},
    "credentials-taken-away": {**PIP, ".netrc": ""},
    "settings-for-a-shell": {**PIP, "app.env": "KEY='a key'\n"},
    "entrypoint-script": {**PIP, "entrypoint.sh": f'{SCRIPT}"$@"\n'},
    "script-on-path": {**PIP, "start.sh": f"{SCRIPT}gunicorn \\\n  -b 0.0.0.0:8000 app:app\n"},
}
"""The files of each that is no plain project with a requirements.txt."""

LEAKING = {"arg-secret": ("INDEX_TOKEN",), "arg-into-env": ("SECRET_KEY",)}
"""The build arguments whose value an image of each shows."""


def source(name: str) -> Source:
    """Return a file of the corpus with its project."""
    text = FILES[name].read_bytes().decode()
    return Source(text, files=PROJECTS.get(name, PIP), leaking=LEAKING.get(name, ()))
