"""Pure: the part of a Dockerfile that a build sees."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"#\s*(?P<name>syntax|escape|check)\s*=\s*(?P<value>\S+)", re.I)
_TAKES_HEREDOCS = re.compile(r"\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\b", re.I)
# `<<<` feeds a word to a shell and begins nothing.
_HEREDOC = re.compile(r"(?<!<)<<(?P<tabs>-?)(?P<quote>[\"']?)(?P<end>[A-Za-z_][\w.-]*)(?P=quote)")


def instructions(dockerfile: str) -> str:
    """Return a Dockerfile's text without its comments and blank lines.

    What stands in a heredoc is kept whole: there it is data. So are parser directives, which look
    like comments.
    """
    lines = dockerfile.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").split("\n")
    kept, escape = _directives(lines)
    left = iter(lines[len(kept) :])
    logical = ""
    for line in left:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kept.append(line.rstrip())
        continued = line.rstrip().endswith(escape)
        logical += line
        if continued:
            continue
        if _TAKES_HEREDOCS.match(logical):
            for heredoc in _HEREDOC.finditer(logical):
                for body in left:
                    kept.append(body)
                    ends = body.lstrip("\t") if heredoc["tabs"] else body
                    if ends.rstrip("\r") == heredoc["end"]:
                        break
        logical = ""
    return "\n".join(kept)


def _directives(lines: list[str]) -> tuple[list[str], str]:
    """Return the parser directives that begin a Dockerfile, and its escape character."""
    found, escape = [], "\\"
    for line in lines:
        directive = _DIRECTIVE.match(line)
        if directive is None:
            break
        found.append(line)
        if directive["name"].lower() == "escape":
            escape = directive["value"]
    return found, escape
