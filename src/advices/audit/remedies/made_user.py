"""Pure: the user that a Dockerfile makes and never names, by number.

Kubernetes' runAsNonRoot and scanners of images believe a number only, so a name is not enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from advices.audit.remedies.source import Edit, Source, is_comment, replaced
from advices.lab import Call, Options, Placed, options

_WITH_VALUE = {
    "useradd": (
        *("-b", "-c", "-d", "-e", "-f", "-g", "-G", "-k", "-K", "-p", "-P", "-R", "-s", "-u", "-Z"),
        *("--base-dir", "--comment", "--expiredate", "--gid", "--groups", "--home", "--home-dir"),
        *("--inactive", "--key", "--password", "--prefix", "--root", "--selinux-user", "--shell"),
        *("--skel", "--uid"),
    ),
    # Debian's, which knows long options only, and that of BusyBox.
    "adduser": (
        *("-g", "-G", "-h", "-k", "-s", "-u", "--comment", "--conf", "--firstgid", "--firstuid"),
        *("--gecos", "--gid", "--home", "--ingroup", "--lastgid", "--lastuid", "--shell", "--uid"),
    ),
}
_NUMBER = re.compile("[1-9][0-9]*")
# The user may be there already, with another number.
_PERHAPS = re.compile(r"\|\||\bif\b")
_OF_BUSYBOX = ("-D", "-S", "-H", "-G", "-h", "-s", "-g", "-k")


@dataclass(frozen=True)
class MadeUser:
    """A user that a file makes: the name, and the number as far as the file gives one.

    Without a number `edit` gives one, and is None where it is not sure what that would change.
    """

    name: str
    number: str
    edit: Edit | None = None


def made_user(source: Source, stage: int, number: str) -> MadeUser | None:
    """Return the only user whom the image of a stage gets, None where there is none or several.

    `number` is for a user without one. Its group is that of the image's list of users: an engine
    looks a number up there.
    """
    own = [one for below in source.view.chain(stage) for one in source.view.stage(below)]
    made = [(one, call) for one in own if one.name == "RUN" for call in one.calls if _makes(call)]
    if len(made) != 1:
        return None
    ((step, call),) = made
    said = _options(call)
    name = step.expand(said.plain[0])
    given = [step.expand(one) for one in said.values("-u", "--uid")]
    if "$" in name or not all(_NUMBER.fullmatch(one) for one in given):
        return None
    if any(other.program == "usermod" for one in own for other in one.calls):
        return None
    if given:
        return MadeUser(name, given[-1])
    edit = None if number in source.text else _numbered(source, step, call, number)
    return MadeUser(name, number, edit) if edit else None


def _makes(call: Call) -> bool:
    """Return whether a command makes a user; `adduser NAME GROUP` makes none."""
    return call.program in _WITH_VALUE and len(_options(call).plain) == 1


def _options(call: Call) -> Options:
    """Return the words of a command that makes a user; `-ms` is `-m -s`."""
    with_value = _WITH_VALUE[call.program]
    words: list[str] = []
    for word in call.words:
        is_several = re.fullmatch("-[A-Za-z]{2,}", word) and word[:2] not in with_value
        words += [f"-{letter}" for letter in word[1:]] if is_several else [word]
    return options(words, with_value)


def _numbered(source: Source, step: Placed, call: Call, number: str) -> Edit | None:
    """Return the edit that gives the user of a command a number, None where it is not sure."""
    if step.instruction.is_json or step.instruction.heredocs:
        return None
    command = re.compile(rf"(?<![\w-]){call.program}(?=\s)")
    lines = source.written(step.instruction)
    told = "\n".join(line for line in lines if not is_comment(line))
    if len(command.findall(told)) != 1 or _PERHAPS.search(told):
        return None
    # BusyBox may be built without long options; Debian's adduser has no short ones.
    option = "-u" if _options(call).has(*_OF_BUSYBOX) and call.program == "adduser" else "--uid"
    by = f"{call.program} {option} {number}"
    return replaced(
        step.instruction, *source.changed(step.instruction, lambda line: command.sub(by, line))
    )
