"""What happens to a project between two builds: an edit of each kind of file."""

from __future__ import annotations

from pathlib import Path

from advices.audit.project import most_changed
from advices.lab import Replay, context_files

_LISTS = (
    *("requirements.txt", "uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"),
    *("pyproject.toml", "setup.cfg"),
)
# How a line is added that changes nothing, by the end of the file's name.
_COMMENT = {
    ".py": "# {sample}",
    ".txt": "# {sample}",
    ".toml": "# {sample}",
    ".lock": "# {sample}",
    ".cfg": "# {sample}",
    ".md": "{sample}",
    ".rst": "{sample}",
    ".html": "<!-- {sample} -->",
    ".js": "// {sample}",
    ".ts": "// {sample}",
    ".go": "// {sample}",
    ".rs": "// {sample}",
    ".java": "// {sample}",
    ".rb": "# {sample}",
    ".php": "",
}
_CODE = (".py", ".js", ".ts", ".go", ".rs", ".java", ".rb", ".html")


def touches(context: Path) -> dict[str, Replay]:
    """Return the replays of a project by name: what can be touched of what a build may copy."""
    found = {"unchanged": Replay(says="nothing changes")}
    files = {file.relative_to(context).as_posix() for file in context_files(context)}
    packages = [name for name in _LISTS if name in files]
    readme = [name for name in sorted(files) if name.lower().startswith("readme.")]
    picked = {
        "edit-source": most_changed(context, _CODE),
        # A comment in a list that pip reads changes the list and nothing that is installed.
        "edit-packages": packages[0] if packages else None,
        "edit-readme": readme[0] if readme else None,
        "edit-git": next((n for n in (".git/description", ".git/HEAD") if n in files), None),
    }
    for name, file in picked.items():
        line = "# {sample}" if name == "edit-git" else _line_for(file)
        if file is not None and line:
            says = f"one line is added to {file}"
            found[name] = Replay(says=says, file=file, append=f"\n{line}\n")
    return found


def _line_for(file: str | None) -> str:
    return _COMMENT.get(Path(file).suffix, "") if file else ""
