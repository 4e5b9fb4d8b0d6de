"""A commit's files in a folder, without running anything that a repository names.

A checkout runs hooks and filters of the repository's settings. Here a repository of our own, with
settings of its own, borrows the objects and writes the files. Git refuses names that lead
elsewhere, and writes through no link.
"""

from __future__ import annotations

from pathlib import Path

from advices.core import CommandFailed, DiskFull, LabInvalid, run, write_whole

_SECONDS = 300.0
_FULL = "No space left on device"
# No object is fetched, so that no program of a remote is started.
_ENV = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
# Above what the commit's own .gitattributes say: every file, byte by byte.
_ATTRIBUTES = "* -export-ignore -export-subst -filter -ident -text -working-tree-encoding\n"


def repository(folder: Path) -> Path:
    """Return the root of the repository that a folder is in. Raises LabInvalid where none is."""
    return Path(_said(folder, "rev-parse", "--show-toplevel", needs="a folder of a repository"))


def commit(folder: Path, ref: str) -> str:
    """Return the id of the commit that a name stands for. Raises LabInvalid for an unknown one."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return _said(folder, *words, needs=f"the commit `{ref}`")


def write_tree(folder: Path, commit_id: str, to: Path) -> Path:
    """Write the files of a commit into a new folder and return it.

    Links stay links. Raises LabInvalid for a commit with names that lead elsewhere, and DiskFull.
    """
    objects = Path(_said(folder, "rev-parse", "--git-path", "objects", needs="a repository"))
    bare = to.with_name(f"{to.name}.git")
    _run("init", "--quiet", "--bare", "--template=", str(bare))
    write_whole(bare / "objects" / "info" / "alternates", f"{(folder / objects).resolve()}\n")
    write_whole(bare / "info" / "attributes", _ATTRIBUTES)
    # A name with a backslash is one like others here.
    where = ("--git-dir", str(bare), "--work-tree", str(to), "-c", "core.protectNTFS=false")
    try:
        to.mkdir(parents=True)
        _run(*where, "read-tree", commit_id)
        _run(*where, "checkout-index", "--all")
    except CommandFailed as error:
        if _FULL in error.what:
            raise DiskFull(f"could not write the files of {commit_id[:12]}: {_FULL}") from None
        raise LabInvalid(
            f"the files of the commit {commit_id[:12]} cannot be written: {_last(error.what)}",
            why="a name in it leads elsewhere, or an object of it is missing",
            next_step="name another commit",
        ) from None
    except OSError as error:
        raise DiskFull(f"could not write the files of {commit_id[:12]}: {error}") from None
    return to


def _said(folder: Path, *words: str, needs: str) -> str:
    try:
        return _run("-C", str(folder), "-c", "core.fsmonitor=false", *words)
    except CommandFailed as error:
        raise LabInvalid(
            f"--against needs {needs}, and git does not know it in {folder}",
            # Asked for a name quietly, git prints nothing.
            why=_last(error.what.partition("\n")[2]) or "no commit, tag or branch has this name",
            next_step="name a commit, a tag or a branch that the repository has; in CI, check out "
            "more than one commit",
        ) from None


def _run(*words: str) -> str:
    return run(["git", *words], env=_ENV, timeout_seconds=_SECONDS).stdout.removesuffix("\n")


def _last(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1].strip()
