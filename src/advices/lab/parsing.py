"""Pure: the text of a Dockerfile to BuildKit's instructions, in every spelling that one reads.

BuildKits differ in two places: whether a space may stand behind `<<`, and whether ONBUILD may have
a here-document. What any of them reads is read; what this machine's takes is for that one to say.
"""

from __future__ import annotations

import re
from dataclasses import replace

from e2b_dockerfile_utils import (
    DockerfileAst,
    DockerfileInstruction,
    DockerfileSyntaxError,
    parse_dockerfile_ast,
)

_DIRECTIVE = re.compile(r"#\s*(syntax|escape|check)\s*=\s*(\S.*?)\s*", re.I)
_ONBUILD = re.compile(r"^(\s*)ONBUILD(?=\s+(?:RUN|COPY|ADD)\b.*<<)", re.I)
# Stands for `<<` where a space follows. Unicode promises that it means nothing to anybody.
_SHIFT = "\uf8ff\uf8ff"


def parse(text: str) -> DockerfileAst:
    """Return the instructions of a text. Raises DockerfileSyntaxError."""
    try:
        return _with_later_heredocs(text)
    except DockerfileSyntaxError as error:
        shifts = re.sub(r"<<(?=[ \t])", _SHIFT, text)
        if "unterminated heredoc" not in str(error) or shifts == text or _SHIFT[0] in text:
            raise
    return _restored(_with_later_heredocs(shifts))


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends, as BuildKit counts them."""
    return re.findall(r"[^\n]*\n|[^\n]+$", text)


def is_directive(line: str) -> bool:
    """Return whether a line is a parser directive where it stands among the first."""
    return _DIRECTIVE.fullmatch(line.strip()) is not None


def directives(text: str) -> dict[str, str]:
    """Return the parser directives that begin a Dockerfile, such as `syntax`, by name."""
    lines = [line.strip() for line in lines_of(text.removeprefix("\ufeff"))]
    # Behind `#!` BuildKit looks for the frontend, and for nothing else.
    starts_a_program = bool(lines) and lines[0].startswith("#!")
    found = {}
    for line in lines[starts_a_program:]:
        directive = _DIRECTIVE.fullmatch(line)
        if directive is None:
            break
        found[directive[1].lower()] = directive[2]
    return {name: found[name] for name in found if name == "syntax" or not starts_a_program}


def _with_later_heredocs(text: str) -> DockerfileAst:
    """Return the instructions of a text, those included that ONBUILD keeps for a later build."""
    lines = lines_of(text)
    later: set[int] = set()
    while True:
        try:
            ast = parse_dockerfile_ast("".join(lines))
        except DockerfileSyntaxError as error:
            # What stands in such a here-document is taken for an instruction, and seldom is one.
            before = range(min(error.line or 0, len(lines)) - 1, -1, -1)
            at = next((number for number in before if _ONBUILD.match(lines[number])), None)
            if at is None:
                raise
            lines[at] = _ONBUILD.sub(r"\1", lines[at])
            later.add(at + 1)
            continue
        return replace(ast, instructions=[_put_off(one, later) for one in ast.instructions])


def _put_off(one: DockerfileInstruction, later: set[int]) -> DockerfileInstruction:
    if one.start_line not in later:
        return one
    text = one.original.strip()
    return replace(one, name="ONBUILD", original=f"ONBUILD {text}", flags=[], args=[text])


def _restored(ast: DockerfileAst) -> DockerfileAst:
    def back(text: str) -> str:
        return text.replace(_SHIFT, "<<")

    return replace(
        ast,
        instructions=[
            replace(
                one,
                original=back(one.original),
                flags=[back(flag) for flag in one.flags],
                args=[back(word) for word in one.args],
                heredocs=[replace(body, content=back(body.content)) for body in one.heredocs],
            )
            for one in ast.instructions
        ],
    )
