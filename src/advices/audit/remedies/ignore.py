"""Pure: what no build needs stays out of the context."""

from __future__ import annotations

from advices.audit.remedies.source import Change, Source

# Folders by what they are called, with the pattern that keeps them out wherever they lie.
_FOLDERS = {
    ".git": ".git",
    ".hg": ".hg",
    "__pycache__": "**/__pycache__",
    ".venv": "**/.venv",
    "venv": "**/venv",
    ".tox": ".tox",
    ".nox": ".nox",
    ".mypy_cache": "**/.mypy_cache",
    ".pytest_cache": "**/.pytest_cache",
    ".ruff_cache": "**/.ruff_cache",
    "node_modules": "**/node_modules",
    ".idea": ".idea",
    ".vscode": ".vscode",
}
_FILES = {".env": "**/.env", ".DS_Store": "**/.DS_Store"}


def ignore(source: Source) -> Change | None:
    """Return the lines that .dockerignore lacks for what is there, None where it lacks none."""
    wanted: list[str] = []
    for file in source.files:
        *folders, name = file.split("/")
        # A worktree has a file in the place of the folder.
        wanted += [_FOLDERS[folder] for folder in folders if folder in _FOLDERS]
        wanted += [_FILES[name]] if name in _FILES else []
        wanted += [".git"] if file == ".git" else []
    lines = tuple(dict.fromkeys(sorted(wanted)))
    copies_all = any(one.sources for one in source.view.built)
    if not lines or not copies_all:
        return None
    named = ", ".join(f"`{line}`" for line in lines)
    stay = "stay" if len(lines) > 1 else "stays"
    return Change(f"{named} {stay} out of the build.", source.text, lines)
