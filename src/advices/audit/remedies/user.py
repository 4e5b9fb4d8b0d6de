"""Pure: a user by number for the container."""

from __future__ import annotations

from advices.audit.remedies.source import Change, Source, inserted, replaced
from advices.lab import Placed, is_root

USER = "10001:10001"


def user(source: Source) -> Change | None:
    """Return the file with a user by number, None where it names one that is not root."""
    if not source.dockerfile.stages:
        return None
    number = len(source.dockerfile.stages) - 1
    own = source.view.stage(number)
    named = source.view.user
    if named and not is_root(named):
        return None
    owned = any(_changes_owner(one) for one in own)
    more = "" if owned else "; the code stays root's"
    says = f"The container runs as `{USER}`{more}."
    starts = [one.instruction for one in own if one.name in ("CMD", "ENTRYPOINT")]
    # What is run and copied after a USER is done as that user, so it comes behind all that.
    builds = [one.instruction for one in own if one.name in ("RUN", "COPY", "ADD", "WORKDIR")]
    after = max((one.end_line for one in builds), default=0)
    users = [one.instruction for one in own if one.name == "USER"]
    if users and users[-1].start_line > after:
        comments = source.comments(users[-1])
        line = f"{source.keyword(users[-1], 'USER')} {USER}"
        return Change(says, source.edited([replaced(users[-1], *comments, line)]))
    first = next((one for one in starts if one.start_line > after), None)
    before = source.with_comment(first) if first else None
    if before is None:
        from_line = [one for one in source.dockerfile.instructions if one.name == "FROM"][number]
        before = max(after, from_line.end_line) + 1
    like = source.dockerfile.instructions[-1]
    return Change(says, source.edited([inserted(before, f"{source.keyword(like, 'USER')} {USER}")]))


def _changes_owner(one: Placed) -> bool:
    given = one.instruction.flag("chown") if one.name in ("COPY", "ADD") else None
    return bool(given) or any(call.program == "chown" for call in one.calls)
