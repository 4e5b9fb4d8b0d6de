"""Pure: a user by number for the container, and the code is root's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from advices.audit.remedies.made_user import MadeUser, made_user
from advices.audit.remedies.rights import without_owner
from advices.audit.remedies.source import Change, Source, inserted, replaced
from advices.lab import Instruction, Placed, is_root

_NUMBER = "10001"
USER = f"{_NUMBER}:{_NUMBER}"
_SWITCH_USER = ("su", "sudo", "su-exec", "gosu", "runuser", "setpriv", "chroot")


def user(source: Source) -> Change | None:
    """Return the file with a user by number, None where it names one that is not root.

    That is the user whom the file makes, where there is one, and else a number of ours. Nothing
    then runs as whoever else owns the files that are copied: they become root's.
    """
    if not source.dockerfile.stages:
        return None
    number = len(source.dockerfile.stages) - 1
    own = source.view.stage(number)
    named = source.view.user
    if named and not is_root(named):
        return None
    # Somebody who has this number, by a name that the file gives, may be meant to own them.
    is_known = _NUMBER in source.text or any(map(_runs_as_another, own))
    made = made_user(source, number, _NUMBER)
    strangers = {} if is_known else _strangers(own, made)
    edits = [
        replaced(own[at].instruction, *without_owner(source, own[at].instruction))
        for at in strangers
    ]
    if made and made.edit:
        edits.append(made.edit)
    by_number = made.number if made else USER
    says = f"{_runs_as(made)}{_of_the_code(own, strangers)}"
    starts = [one.instruction for one in own if one.name in ("CMD", "ENTRYPOINT")]
    # What is run and copied after a USER is done as that user, so it comes behind all that.
    builds = [one.instruction for one in own if one.name in ("RUN", "COPY", "ADD", "WORKDIR")]
    after = max((one.end_line for one in builds), default=0)
    users = [one.instruction for one in own if one.name == "USER"]
    if users and users[-1].start_line > after:
        comments = source.comments(users[-1])
        lines = (*_for_uv(source, users[-1], starts), _line(source, users[-1], by_number))
        return Change(says, source.edited([*edits, replaced(users[-1], *comments, *lines)]))
    first = next((one for one in starts if one.start_line > after), None)
    before = source.with_comment(first) if first else None
    if before is None:
        from_line = [one for one in source.dockerfile.instructions if one.name == "FROM"][number]
        before = max(after, from_line.end_line) + 1
    like = source.dockerfile.instructions[-1]
    lines = (*_for_uv(source, like, starts), _line(source, like, by_number))
    return Change(says, source.edited([*edits, inserted(before, *lines)]))


def _line(source: Source, like: Instruction, by_number: str) -> str:
    return f"{source.keyword(like, 'USER')} {by_number}"


def _for_uv(source: Source, like: Instruction, starts: Sequence[Instruction]) -> tuple[str, ...]:
    """Return the line without which `uv run` fails: nobody but root may make its cache in `/`."""
    told = {name for one in source.dockerfile.instructions for name, _ in one.pairs}
    if told & {"UV_NO_CACHE", "UV_CACHE_DIR", "HOME", "XDG_CACHE_HOME"}:
        return ()
    calls = [" ".join(one.args).removeprefix("exec ").split()[:2] for one in starts]
    if not any([PurePosixPath(word).name for word in words] == ["uv", "run"] for words in calls):
        return ()
    return (f"{source.keyword(like, 'ENV')} UV_NO_CACHE=1",)


def _runs_as(made: MadeUser | None) -> str:
    if made is None:
        return f"The container runs as `{USER}`"
    if made.edit:
        return f"`{made.name}` gets the number `{made.number}`, and the container runs as this user"
    return f"The container runs as `{made.number}`, which is `{made.name}`"


def _strangers(own: Sequence[Placed], made: MadeUser | None) -> dict[int, str]:
    """Return who owns what is copied and is neither root nor the new user, by the step's number."""
    found = {}
    ours = {_NUMBER, *((made.name, made.number) if made else ())}
    for at, one in enumerate(own):
        given = one.instruction.flag("chown") if one.name in ("COPY", "ADD") else ()
        owner = one.expand(given[-1]) if given else ""
        # A variable without a value here is anybody.
        if owner and "$" not in owner and not is_root(owner) and ours.isdisjoint(owner.split(":")):
            found[at] = owner
    return found


def _runs_as_another(one: Placed) -> bool:
    """Return whether a step of the build runs as a user who may need files of its own."""
    words = (word for command in one.instruction.commands() for word in command)
    switches = any(PurePosixPath(word).name in _SWITCH_USER for word in words)
    return switches or (one.name == "RUN" and bool(one.user) and not is_root(one.user))


def _of_the_code(own: Sequence[Placed], strangers: dict[int, str]) -> str:
    """Return the end of the sentence, and another one: whose the files are."""
    if strangers:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(strangers.values()))
        return f". What is copied is root's, and no longer that of {names}."
    return "." if any(map(_changes_owner, own)) else "; the code stays root's."


def _changes_owner(one: Placed) -> bool:
    given = one.instruction.flag("chown") if one.name in ("COPY", "ADD") else None
    return bool(given) or any(call.program == "chown" for call in one.calls)
