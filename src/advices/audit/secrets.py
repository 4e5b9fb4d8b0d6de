"""The secrets that a build of the project is given, and their values out of everything told."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from advices.core import AdvicesError, LabInvalid

LEAST_CHARACTERS = 8
"""A shorter text may be in an image by chance."""
_STARS = "***"
# Shorter texts stand everywhere by chance.
_LEAST_CHARACTERS = 4


@dataclass(frozen=True)
class Secret:
    """A secret of the build, as `docker build --secret` has it: a file, or a variable of ours."""

    id: str
    file: Path | None = None
    variable: str = ""

    @classmethod
    def parse(cls, words: str) -> Secret:
        """Return what `id=ID[,src=FILE|,env=NAME]` says. Raises ValueError for anything else.

        Without a source it is the variable that is called like the id.
        """
        said = dict(pair.partition("=")[::2] for pair in words.split(","))
        unknown = {*said} - {"id", "src", "source", "env", "type"}
        if unknown or not said.get("id") or said.get("type", "file") not in ("file", "env"):
            raise ValueError(f"`{words}` is not id=ID,src=FILE or id=ID,env=NAME")
        file = said.get("src") or said.get("source")
        variable = said.get("env") or ("" if file else said["id"])
        return cls(said["id"], Path(file).expanduser() if file else None, variable)

    def value(self) -> bytes:
        """Return its value. Raises LabInvalid for one that is not there."""
        if self.file is None:
            if self.variable not in os.environ:
                raise LabInvalid(
                    f"the secret `{self.id}` has no value",
                    why=f"the variable {self.variable} is not set",
                    next_step=f"set it, or name a file: --secret id={self.id},src=FILE",
                )
            return os.environb[self.variable.encode()]
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise LabInvalid(
                f"the secret `{self.id}` cannot be read: {error.strerror}",
                why=f"{self.file} does not exist, or belongs to another user",
                next_step=f"name another file: --secret id={self.id},src=FILE",
            ) from None


def written(values: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """Return a file for each value by its id, in a folder; nobody else may read them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {}
    for number, (name, value) in enumerate(values.items()):
        files[name] = folder / f"secret-{number}"
        handle = os.open(files[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as sink:
            sink.write(value)
    return files


def longest_line(value: bytes) -> str:
    """Return the line of a value that is worth looking for."""
    lines = value.decode("utf-8", "replace").splitlines()
    return max((line.strip() for line in lines), key=len, default="")


class Redaction:
    """Takes the values of secrets out of texts: what a build prints may show them."""

    def __init__(self, values: Iterable[bytes]) -> None:
        lines = (
            line.strip()
            for value in values
            for line in value.decode("utf-8", "replace").split("\n")
        )
        # The longest first: one may be a part of another.
        self._texts = sorted({one for one in lines if len(one) >= _LEAST_CHARACTERS}, key=len)[::-1]

    def __call__(self, text: str) -> str:
        """Return a text without the values."""
        for one in self._texts:
            text = text.replace(one, _STARS)
        return text

    def of_error(self, error: AdvicesError) -> AdvicesError:
        """Return an error without the values in what it says."""
        for name in ("what", "why", "next_step", "printed", "step"):
            if isinstance(said := getattr(error, name, None), str):
                setattr(error, name, self(said))
        error.args = tuple(self(one) if isinstance(one, str) else one for one in error.args)
        return error
