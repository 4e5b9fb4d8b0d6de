"""Pure: what a project is written in, told by the names of its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

PYTHON = "Python"
# What names the packages, what installs them, and the language. What locks them comes first.
_LISTS = (
    *(("uv.lock", "uv", PYTHON), ("poetry.lock", "poetry", PYTHON), ("pdm.lock", "pdm", PYTHON)),
    *(("Pipfile", "pipenv", PYTHON), ("requirements*.txt", "pip", PYTHON)),
    *(("environment.yml", "conda", PYTHON), ("environment.yaml", "conda", PYTHON)),
    *(("pyproject.toml", "", PYTHON), ("setup.py", "", PYTHON), ("setup.cfg", "", PYTHON)),
    *(("pnpm-lock.yaml", "pnpm", "JavaScript"), ("yarn.lock", "yarn", "JavaScript")),
    *(("bun.lock", "bun", "JavaScript"), ("package-lock.json", "npm", "JavaScript")),
    *(("package.json", "", "JavaScript"), ("deno.json", "deno", "JavaScript")),
    *(("go.mod", "", "Go"), ("Cargo.toml", "cargo", "Rust"), ("Gemfile", "bundler", "Ruby")),
    *(("pom.xml", "Maven", "Java"), ("build.gradle", "Gradle", "Java")),
    *(("build.gradle.kts", "Gradle", "Java"), ("composer.json", "composer", "PHP")),
    *(("*.csproj", "", ".NET"), ("*.fsproj", "", ".NET"), ("mix.exs", "mix", "Elixir")),
    ("Package.swift", "", "Swift"),
)
_SOURCE = {".py": PYTHON}
# A copy of somebody else's project in a folder below says nothing of this one.
_DEPTH_AT_MOST = 2


@dataclass(frozen=True)
class Language:
    """A language of a project, what installs its packages, "" if that is not seen, and the sign."""

    name: str
    installer: str
    sign: str

    def told(self) -> str:
        """Return it in words, such as "Python with uv"."""
        return f"{self.name} with {self.installer}" if self.installer else self.name


def languages(files: Iterable[str]) -> tuple[Language, ...]:
    """Return the languages of a project by the paths of its files, each with its best sign."""
    near = sorted(
        (one for one in files if one.count("/") < _DEPTH_AT_MOST), key=lambda f: (f.count("/"), f)
    )
    found: dict[str, Language] = {}
    for language in _signs(near):
        found.setdefault(language.name, language)
    return tuple(found.values())


def _signs(files: list[str]) -> Iterator[Language]:
    for pattern, installer, name in _LISTS:
        for file in files:
            if fnmatchcase(file.rpartition("/")[2], pattern):
                yield Language(name, installer, file)
    for file in files:
        for ending, name in _SOURCE.items():
            if file.endswith(ending):
                yield Language(name, "", file)
