"""Dockerfiles that make no image, and what each is told: on recorded logs, and on the real engine.

`python tests/faulty_builds.py` records the logs anew with the engine of this machine, all or some.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from advices.core import (
    AdvicesError,
    DockerfileInvalid,
    FrontendTooOld,
    StepFailed,
    project,
    stream_stderr,
)
from advices.engine import BuildOrder, buildx
from advices.workshop import Workshop

RECORDED = Path(__file__).parent / "unit" / "data" / "faulty"
SLIM = "python:3.14-slim"


@dataclass(frozen=True)
class Faulty:
    """A Dockerfile, the error that it means, and words of the message."""

    dockerfile: str
    error: type[AdvicesError]
    says: tuple[str, ...]

    def check(self, error: AdvicesError) -> None:
        """Assert that an error is the one that it means, and names the file and what to do."""
        assert type(error) is self.error
        assert error.what.startswith("good.Dockerfile")
        assert all(words in error.what for words in self.says), error.what
        assert error.why or error.next_step


FAULTY = {
    "syntax": Faulty(
        f"FROM {SLIM}\nCOPPY . /srv\n", DockerfileInvalid, ("unknown instruction: COPPY",)
    ),
    "no-value": Faulty(f"FROM {SLIM}\nENV A=1 b\n", DockerfileInvalid, ("can't find = in",)),
    "unknown-flag": Faulty(f"FROM {SLIM}\nCOPY --chwon=1 . /srv\n", DockerfileInvalid, ("chwon",)),
    # Handed to an engine as it is, one without FROM ends some engines, so it is not.
    "empty": Faulty("", DockerfileInvalid, ()),
    "no-port": Faulty(
        f"FROM {SLIM}\nEXPOSE abc\n", DockerfileInvalid, ("line 2: Invalid containerPort: abc",)
    ),
    "open-heredoc": Faulty(
        f"FROM {SLIM}\nRUN <<EOF\nid\n", DockerfileInvalid, ("line 2: unterminated heredoc",)
    ),
    "no-mount": Faulty(
        f"FROM {SLIM}\nRUN --mount=type=nope id\n", DockerfileInvalid, ("line 2: ", "nope")
    ),
    "not-executable": Faulty(
        f'FROM {SLIM}\nRUN --network=none ["pyton", "-c", "pass"]\n',
        StepFailed,
        ("executable file not found",),
    ),
    "failing-run": Faulty(
        f"FROM {SLIM}\nRUN --network=none echo the reason; exit 3\n",
        StepFailed,
        ("this step failed: ", "echo the reason; exit 3\nthe reason"),
    ),
    "no-program": Faulty(
        f"FROM {SLIM}\nRUN --network=none pyton -c pass\n", StepFailed, ("pyton: not found",)
    ),
    "run-false": Faulty(f"FROM {SLIM}\nRUN --network=none false\n", StepFailed, ("false",)),
    "unknown-package": Faulty(
        f"FROM {SLIM}\nRUN --network=none pip install --no-index no-such-package\n",
        StepFailed,
        ("No matching distribution found for no-such-package",),
    ),
    "dead-index": Faulty(
        f"FROM {SLIM}\nRUN --network=none pip install --retries 0 -i http://127.0.0.1:9/ flask\n",
        StepFailed,
        ("http://127.0.0.1:9/", "No matching distribution found for flask"),
    ),
    "copy-missing": Faulty(
        f"FROM {SLIM}\nCOPY nothing-there /srv\n",
        StepFailed,
        ("COPY nothing-there /srv", '"/nothing-there": not found'),
    ),
    "no-user": Faulty(
        f"FROM {SLIM}\nUSER nobody-knows\nRUN --network=none id\n",
        StepFailed,
        ("RUN --network=none id", "unable to find user nobody-knows"),
    ),
}

# What builders of other ages do not know. A newer one builds it, or says what is not here.
LATER = {
    "later-flag": Faulty(
        f"FROM {SLIM}\nCOPY --parents . /srv/\n", FrontendTooOld, ("line 2", "`COPY --parents`")
    ),
    "later-mount": Faulty(
        f"FROM {SLIM}\nUSER 1\nRUN --mount=type=secret,id=x,env=X true\n",
        FrontendTooOld,
        ("line 3", "`env=` in a mount"),
    ),
    "later-heredoc": Faulty(
        f"FROM {SLIM}\nRUN --network=none << EOF\ntrue\nEOF\n",
        FrontendTooOld,
        ("line 2", "here-document: `RUN --network=none << EOF`"),
    ),
}


def order(name: str, folder: Path, slim: str) -> BuildOrder:
    """Write the Dockerfile into an empty folder; return its build on an image of that base."""
    file = folder / "good.Dockerfile"
    file.write_text({**FAULTY, **LATER}[name].dockerfile, "utf-8")
    return BuildOrder(file, folder, f"docker-advices-test/faulty:{name}", {SLIM: slim})


def record(slim: str) -> None:
    """Write what the builds print on stderr."""
    RECORDED.mkdir(exist_ok=True)
    for name in sys.argv[1:] or {**FAULTY, **LATER}:
        lines: list[str] = []
        with tempfile.TemporaryDirectory() as folder:
            words = buildx.argv(order(name, Path(folder), slim))
            code, _ = stream_stderr(words, lines.append, timeout_seconds=60)
        assert code != 0, name
        (RECORDED / f"{name}.rawjson").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    record(Workshop(project(), print).bases.stand_in(SLIM).image)
