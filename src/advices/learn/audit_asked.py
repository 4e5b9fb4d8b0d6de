"""What a learner asks to audit, as a page sends it and as the words of the command."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from advices.audit import VARIABLES_VARIABLE
from advices.core import AdvicesError


@dataclass(frozen=True)
class Asked:
    """What a learner asks to audit: `path` is the project's folder, "" is left to the audit.

    `env`, `secret` and `with_` have a line for each variable, secret and service.
    """

    path: str
    service: str = ""
    file: str = ""
    port: str = ""
    url_path: str = ""
    check: str = ""
    env: str = field(default="", repr=False)
    secret: str = ""
    with_: str = ""

    @staticmethod
    def of(told: object) -> Asked:
        """Return what a page sent. Raises AdvicesError for anything but these texts."""
        known = Asked.__dataclass_fields__
        if (
            not isinstance(told, dict)
            or not set(told) <= set(known)
            or not all(isinstance(text, str) and "\0" not in text for text in told.values())
        ):
            raise refused("this is no audit", "the page sends only texts", "load the page again")
        asked = Asked(**{name: text.strip() for name, text in {"path": "", **told}.items()})
        if not asked.path.startswith(("/", "~")):
            raise refused(
                "the folder needs its whole path",
                "the server does not know where you are",
                "write it from / or from ~ on, such as ~/my-project",
            )
        if asked.port and not (asked.port.isascii() and asked.port.isdecimal()):
            raise refused(f"{asked.port} is no port", "a port is a number", "write one, as 8000")
        for name, line in _lines(asked.env):
            if not re.fullmatch(r"[A-Za-z_]\w*=.*", line):
                raise refused(
                    f"line {name} of the variables is not NAME=VALUE",
                    "each line is one variable of the container",
                    "write it as TZ=UTC",
                )
        for _, line in _lines(asked.secret):
            if not re.fullmatch(r"id=[^,\s]+,src=[/~][^,]*", line):
                raise refused(
                    "a secret here is a file: id=ID,src=FILE",
                    "the page takes no value of a secret, and needs the file's whole path",
                    "write it as id=netrc,src=~/.netrc",
                )
        if asked.service == "all":
            raise refused("one service at a time", "a page shows one report", "name a service")
        return asked

    @property
    def folder(self) -> Path:
        """Return the folder of the project."""
        return Path(self.path).expanduser()

    def argv(self) -> list[str]:
        """Return the words of the command that audits it, and prints nothing but the record."""
        options = {
            "--service": self.service,
            "--file": str(self.folder / self.file) if self.file else "",
            "--port": self.port,
            "--url-path": self.url_path,
            "--check": self.check,
        }
        # One word each: what a learner writes is never read as an option.
        given = [f"{name}={text}" for name, text in options.items() if text]
        given += [f"--secret={line}" for _, line in _lines(self.secret)]
        given += [f"--with={line}" for _, line in _lines(self.with_)]
        words = [sys.executable, "-m", "advices", "audit", "--json", "-", *given]
        return [*words, "--", str(self.folder)]

    def env_of_the_command(self) -> dict[str, str]:
        """Return what no other account may read: the variables of the project's container."""
        pairs = dict(line.partition("=")[::2] for _, line in _lines(self.env))
        return {VARIABLES_VARIABLE: json.dumps(pairs)} if pairs else {}

    def told(self) -> dict[str, str]:
        """Return what a page shows again: no variables, for one of them may be a secret."""
        return {**asdict(self), "env": ""}


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines of a text that say something, with their numbers."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def refused(what: str, why: str, next_step: str) -> AdvicesError:
    """Return an error without a class of its own: the page shows its words."""
    return AdvicesError(what, why=why, next_step=next_step)
