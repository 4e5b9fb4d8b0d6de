"""Pure: a build argument whose value stays in the image becomes a secret of the steps that use it.

A secret is a file during one step: `docker build --secret id=NAME,env=NAME`.
Source: https://docs.docker.com/build/building/secrets/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from advices.audit.remedies.source import Change, Edit, Source, replaced
from advices.lab import Placed, is_root

_RUN = re.compile(r"^(\s*RUN\s+)((?:--[a-z]+=\S+\s+)*)", re.I)


def secret(source: Source) -> Change | None:
    """Return the file with secrets in place of the arguments that `source.leaking` names.

    None where none of them can be one: something else than RUN and ENV uses it.
    """
    found = []
    for name in source.leaking:
        edits = _as_secret(source, name)
        if edits is not None:
            found.append(name)
            source = replace(source, text=source.edited(edits))
    if not found:
        return None
    named = ", ".join(f"`{name}`" for name in found)
    options = " ".join(f"--secret id={name},env={name}" for name in found)
    says = f"{named} is a secret of the steps that use it: build with `{options}`."
    return Change(says, source.text, secrets=tuple(found))


def _as_secret(source: Source, name: str) -> list[Edit] | None:
    """Return the edits that make an argument a secret, None where it cannot be one."""
    edits: list[Edit | None] = []
    for stage in source.dockerfile.stages:
        placed = source.view.stage(stage.number)
        begin = next((n for n, one in enumerate(placed) if _declares(one, name)), None)
        behind = placed[begin + 1 :] if begin is not None else ()
        if begin is None:
            continue
        edits += [_without(source, one, name) for one in placed if _declares(one, name)]
        users = [one for one in behind if _uses(one, name)]
        for one in users:
            if one.name == "ENV":
                edits.append(_without_pair(source, one, name))
            elif one.name != "RUN":
                return None
        runs = [one for one in users if one.name == "RUN"]
        # A program may read the variable by itself: then no step names it.
        runs = runs or [one for one in behind if one.name == "RUN"]
        edits += [_with_mount(source, one, name) for one in runs]
    if not edits or None in edits or _is_global(source, name):
        return None
    return cast("list[Edit]", edits)


def _is_global(source: Source, name: str) -> bool:
    first = next(n for n, one in enumerate(source.dockerfile.instructions) if one.name == "FROM")
    declared = (n for one in source.dockerfile.instructions[:first] for n, _ in one.pairs)
    return name in declared


def _declares(one: Placed, name: str) -> bool:
    return one.name == "ARG" and name in dict(one.instruction.pairs)


def _uses(one: Placed, name: str) -> bool:
    texts = [*one.instruction.args, *one.instruction.flags]
    texts += [body.content for body in one.instruction.heredocs]
    return one.name != "ARG" and any(map(_variable(name).search, texts))


def _variable(name: str) -> re.Pattern[str]:
    return re.compile(rf"\$(?:{name}(?!\w)|\{{{name}(?!\w))")


def _without(source: Source, one: Placed, name: str) -> Edit:
    """Return the edit that takes a name out of an ARG."""
    left = [word for word in one.instruction.args if word.partition("=")[0] != name]
    line = [f"{source.keyword(one.instruction, 'ARG')} {' '.join(left)}"] if left else []
    return replaced(one.instruction, *source.comments(one.instruction), *line)


def _without_pair(source: Source, one: Placed, name: str) -> Edit | None:
    """Return the edit that takes out of an ENV what it sets to the argument's value alone."""
    values = [f"${name}", f"${{{name}}}"]
    gone = [key for key, value in one.instruction.pairs if value in values]
    others = [value or "" for _, value in one.instruction.pairs if value not in values]
    if any(map(_variable(name).search, others)):
        return None
    if len(gone) == len(one.instruction.pairs):
        return replaced(one.instruction, *source.comments(one.instruction))
    lines = source.written(one.instruction)
    pair = re.compile(rf"""\s+(?:{"|".join(gone)})=(["']?)\$(?:{name}|\{{{name}\}})\1(?=\s|$)""")
    # Of several lines the last would end differently.
    return replaced(one.instruction, pair.sub("", lines[0])) if len(lines) == 1 else None


def _with_mount(source: Source, one: Placed, name: str) -> Edit | None:
    """Return the edit that gives a step the secret as a variable of its shell."""
    lines = [*source.written(one.instruction)]
    match = _RUN.match(lines[0])
    flags = len(re.findall(r"--[a-z]+=", match[2])) if match else 0
    if one.instruction.is_json or match is None or flags != len(one.instruction.flags):
        return None
    # Only root may read a secret, unless its mode says otherwise.
    mode = ",mode=0444" if one.user and not is_root(one.user) else ""
    start = f"{match[1]}{match[2]}--mount=type=secret,id={name}{mode} "
    sets = f'export {name}="$(cat /run/secrets/{name})"'
    rest = lines[0][match.end() :]
    if one.instruction.heredocs:
        is_shell = len(one.instruction.heredocs) == 1 and rest.startswith("<<")
        new = [f"{start}{rest}", sets, *lines[1:]]
        return replaced(one.instruction, *new) if is_shell else None
    return replaced(one.instruction, f"{start}{sets} && {rest}", *lines[1:])


def suspects(source: Source) -> dict[str, str]:
    """Return the build arguments whose value nobody can read in the file, by name.

    Each comes with the reason why it is not tried, "" for one that is. An argument with a default
    hides nothing, unless a build gives it another value.
    """
    found: dict[str, str] = {}
    froms = " ".join(stage.base_written for stage in source.dockerfile.stages)
    arguments = [*_arguments(source)]
    written = {name for name, value in arguments if value}
    for name, _ in arguments:
        if (name in written and name not in source.build_args) or _AUTOMATIC.fullmatch(name):
            continue
        users = [one for one in source.view.everywhere if _uses(one, name)]
        if _variable(name).search(froms):
            found[name] = "its value decides what the image starts from"
        elif users and all(one.name == "LABEL" for one in users):
            found[name] = "it is written into a label, to be read"
        else:
            found.setdefault(name, "")
    return found


# What BuildKit sets or knows by itself, and keeps out of the history.
_AUTOMATIC = re.compile(
    r"(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT)|TARGETSTAGE|SOURCE_DATE_EPOCH|BUILDKIT_\w+"
    r"|(?:HTTPS?|FTP|NO|ALL)_PROXY|(?:https?|ftp|no|all)_proxy"
)


def _arguments(source: Source) -> Iterator[tuple[str, str]]:
    for one in source.dockerfile.instructions:
        if one.name == "ARG":
            yield from ((name, value or "") for name, value in one.pairs)
