"""Pure: an install leaves nothing behind that the container does not need."""

from __future__ import annotations

import re

from advices.audit.remedies.source import Change, Edit, Source, is_comment, replaced
from advices.lab import Instruction, Placed, does, python_install, within

# Options in front of what a program is told to do, each perhaps with a value behind it.
_OPTIONS = r"(?:\s+-\S+(?:\s+(?!(?:install|sync|add|pip)\b)[^\s&|;\\-]\S*)?)*"
_PIP_INSTALL = re.compile(rf"(?<!\buv )(\bpip(?:3(?:\.\d+)?)?{_OPTIONS}\s+install)(?=\s|$)")
_PIP_IN_LIST = re.compile(r"""("pip(?:3(?:\.\d+)?)?",\s*"install")(?=\s*[,\]])""")
# Of these the cache has no folder that an option of the install alone could name.
_OTHERS = {
    "uv": re.compile(rf"(\buv{_OPTIONS}\s+(?:pip\s+)?(?:sync|install|add))(?=\s|$)"),
    "poetry": re.compile(rf"(\bpoetry{_OPTIONS}\s+install)(?=\s|$)"),
}
_APT_INSTALL = re.compile(rf"(\bapt(?:-get)?\b{_OPTIONS}\s+install)(?=\s|$)")
_LISTS = "/var/lib/apt/lists"
_OF_APT = ("/var/lib/apt", "/var/cache/apt")
_NO_RECOMMENDS = "--no-install-recommends"
_JOINS_LINE = re.compile(r"\s*&&\s*")
_RUN_WITH_FLAGS = re.compile(r"^(\s*RUN\s+(?:--[a-z]+=\S+\s+)*)", re.I)


def no_pip_cache(source: Source) -> Change | None:
    """Return the file with installs that keep no downloads in a layer; None where none would."""
    edits, by = [], set()
    for one in source.view.built:
        lines = source.written(one.instruction)
        new = lines
        for tool in _SWITCHES:
            before = new
            if keeps_downloads(one, tool):
                new = tuple(line if is_comment(line) else _uncached(line, tool) for line in new)
            by |= {tool} if new != before else set()
        if new != lines:
            edits.append(replaced(one.instruction, *new))
    if not edits:
        return None
    who = " and ".join(sorted(by))
    return Change(
        f"{who} keep{'s' * (len(by) == 1)} no downloads in a layer.", source.edited(edits)
    )


def _uncached(line: str, tool: str) -> str:
    if tool in _OTHERS:
        return _OTHERS[tool].sub(r"\1 --no-cache", line)
    line = _PIP_IN_LIST.sub(r'\1, "--no-cache-dir"', line)
    return _PIP_INSTALL.sub(r"\1 --no-cache-dir", line)


_SWITCHES = {
    "pip": ("PIP_NO_CACHE_DIR", ("--no-cache-dir",)),
    "uv": ("UV_NO_CACHE", ("--no-cache", "--no-cache-dir", "-n")),
    "poetry": ("POETRY_CACHE_DIR", ("--no-cache",)),
}


def keeps_downloads(one: Placed, by: str) -> bool:
    """Return whether an installer keeps its downloads in the layer of a step."""
    if one.name != "RUN":
        return False
    installs = [i for call in one.calls if (i := python_install(call)) and i.by == by]
    variable, switches = _SWITCHES[by]
    set_for = [value for call in one.calls for name, value in call.sets if name == variable]
    off = any(value not in ("", "0", "false") for value in (one.env.get(variable, ""), *set_for))
    # Who removes the cache in the same step leaves nothing either.
    removes = any(
        (call.program == "rm" and any("cache" in word for word in call.words))
        or {"cache", "purge"} <= {*call.words}
        or call.words[:2] == ("cache", "clean")
        for call in one.calls
    )
    # A mount takes the downloads out of the layer, and they are wanted there. That of apt does not.
    mounts = [path for path in one.mounted("cache") if not path.startswith(_OF_APT)]
    return (
        bool(installs)
        and not off
        and not removes
        and not mounts
        and not all(found.options.has(*switches) for found in installs)
    )


def apt_hygiene(source: Source) -> Change | None:
    """Return the file with `--no-install-recommends` and without apt's lists in its layers.

    An update in a step by itself joins the install behind it: its lists would stay in its layer,
    and be as old as the cache.
    """
    edits: list[Edit] = []
    for stage in source.built:
        pending: Placed | None = None
        for one in stage:
            if one.name != "RUN" or one.instruction.is_json:
                pending = None if one.name == "RUN" else pending
                continue
            kinds = [does(call) for call in one.calls]
            if any(call.program == "apk" for call in one.calls):
                pending = None
            elif kinds == ["updates the lists"] and not one.instruction.heredocs:
                pending = one
            elif "installs system packages" in kinds:
                edits += _tidy(source, one, pending)
                pending = None
            else:
                pending = None
    if not edits:
        return None
    return Change(
        "apt installs only what is named, and its lists are in no layer.", source.edited(edits)
    )


def _tidy(source: Source, one: Placed, pending: Placed | None) -> list[Edit]:
    """Return the edits of an install, and of the update in front of it."""
    instruction = one.instruction
    lines = source.written(instruction)
    new = [*source.changed(instruction, _with_option)]
    edits = []
    if pending is not None and not instruction.heredocs:
        match = _RUN_WITH_FLAGS.match(new[0])
        if match is not None and len(re.findall(r"--[a-z]+=", match[1])) == len(instruction.flags):
            new[0] = f"{match[1]}apt-get update && {new[0][match.end() :]}"
            kept = source.comments(pending.instruction)
            edits.append(replaced(pending.instruction, *kept))
    mounts = one.mounted("cache", "tmpfs")
    if _LISTS not in "\n".join(lines) and not any(within(_LISTS, path) for path in mounts):
        new = _without_lists(instruction, new, source.dockerfile.escape)
    if tuple(new) != lines:
        edits.append(replaced(instruction, *new))
    return edits


def _without_lists(instruction: Instruction, lines: list[str], escape: str) -> list[str]:
    """Return an install that removes apt's lists at its end, where a command can be added there."""
    removes = f"rm -rf {_LISTS}/*"
    if instruction.heredocs:
        # The shell of a here-document goes on after a failure: only && keeps the exit code.
        at = next((n for n in range(len(lines) - 2, 0, -1) if lines[n].strip()), 0)
        is_shell = len(instruction.heredocs) == 1 and instruction.args[0].strip().startswith("<<")
        if at == 0 or not is_shell or _ends_otherwise(lines[at]):
            return lines
        if any(re.match(r"\s*set\s+-\w*e", line) for line in lines[1:at]):
            return [*lines[: at + 1], f"{_indent(lines[at])}{removes}", *lines[at + 1 :]]
        return [*lines[:at], f"{lines[at].rstrip()} && {removes}", *lines[at + 1 :]]
    if _ends_otherwise(lines[-1]):
        return lines
    *first, last = lines
    code = [line for line in lines if not is_comment(line)]
    # As the step joins its other commands: in front of a line, or behind the one before it.
    before = next((found[0] for one in code[1:] if (found := _JOINS_LINE.match(one))), None)
    behind = (n for n, one in enumerate(code[:-1]) if _joins_next(one, escape))
    if before is None and (joined := next(behind, None)) is not None:
        return [*first, f"{last.rstrip()} && {escape}", f"{_indent(code[joined + 1])}{removes}"]
    if before is None:
        before = f"{_indent(last) if first else ' '}&& "
    return [*first, f"{last.rstrip()} {escape}", f"{before}{removes}"]


def _joins_next(line: str, escape: str) -> bool:
    """Return whether a line ends with a joint, so that the next one begins with a command."""
    return re.search(rf"&&\s*{re.escape(escape)}\s*$", line) is not None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _ends_otherwise(line: str) -> bool:
    """Return whether nothing can be added behind a line: a comment, a joint, a background job."""
    return re.search(r"(?:^|\s)#|[;&|]\s*$", line) is not None


def _with_option(line: str) -> str:
    return line if _NO_RECOMMENDS in line else _APT_INSTALL.sub(rf"\1 {_NO_RECOMMENDS}", line)
