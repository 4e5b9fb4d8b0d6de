"""A Dockerfile of a small project with a remedy applied."""

from __future__ import annotations

from collections.abc import Mapping

from advices.audit.remedies import Change, Source, remedies

FILES = {
    "requirements.txt": "flask==3.1\n",
    "app.py": "",
    "README.md": "",
    "web/views.py": "",
}


def change(name: str, text: str, files: Mapping[str, str] = FILES) -> Change | None:
    return remedies(Source(text, files=files)).get(name)


def text_of(name: str, text: str, files: Mapping[str, str] = FILES) -> str:
    found = change(name, text, files)
    assert found is not None
    return found.dockerfile
