"""Signs of what a container starts: shells that stay, scripts, variables that nothing reads."""

from __future__ import annotations

from typing import Any

import pytest

from advices.lab import parse_dockerfile
from advices.lab.signs import Sign, View


def shown(text: str, **sign: Any) -> bool:
    return Sign(**sign).shown(View(parse_dockerfile(text)))


@pytest.mark.parametrize(
    ("start", "is_shown"),
    [
        ('CMD ["gunicorn", "-b", ":${PORT}", "app:app"]', True),
        ('CMD ["gunicorn", "-b", ":$PORT", "app:app"]', True),
        ('ENTRYPOINT ["gunicorn"]\nCMD ["-b", ":$PORT", "app:app"]', True),
        ('CMD ["env", "A=$A", "gunicorn", "app:app"]', True),
        ('CMD ["gunicorn", "app:app"]', False),
        ("CMD exec gunicorn -b :$PORT app:app", False),
        ('CMD ["sh", "-c", "exec gunicorn -b :$PORT app:app"]', False),
        ('CMD ["tini", "--", "/bin/sh", "-ec", "exec gunicorn -b :$PORT app:app"]', False),
        ('ENTRYPOINT ["tini", "--"]\nCMD exec gunicorn -b :$PORT app:app', False),
        ("", False),
    ],
)
def test_a_variable_that_no_shell_reads(start: str, is_shown: bool) -> None:
    text = f"FROM python:3.14-slim\n{start}\n"
    assert shown(text, unexpanded=True) == is_shown


@pytest.mark.parametrize(
    ("start", "stays"),
    [
        ('CMD ["gunicorn", "a"]', None),
        ("CMD gunicorn a", "command line"),
        ("CMD exec gunicorn a", None),
        ("ENTRYPOINT gunicorn a", "command line"),
        ('CMD ["sh", "-c", "gunicorn a"]', "script"),
        ('CMD ["bash", "-c", "gunicorn a"]', None),
        ('CMD ["bash", "-c", "id; gunicorn a"]', "script"),
        ('CMD ["sh", "-c", "exec python -m gunicorn a"]', None),
        ('ENTRYPOINT ["tini", "--"]\nCMD ["gunicorn", "a"]', None),
        ('ENTRYPOINT ["dumb-init"]\nCMD ["sh", "-c", "gunicorn a"]', "script"),
        ("CMD exec gunicorn a | cat", "pipe"),
        ("COPY <<E /s\n#!/bin/sh\ngunicorn a\nE\nCMD [\"/s\"]", "script"),
        ("COPY <<E /s\n#!/bin/sh\nexec gunicorn a\nE\nCMD /s", "command line"),
        ("COPY <<E /s\n#!/bin/sh\nexec \"$@\"\nE\nENTRYPOINT [\"/s\"]\nCMD [\"gunicorn\"]", None),
        ("COPY <<E /s\n\"$@\"\nE\nENTRYPOINT [\"sh\", \"/s\"]\nCMD [\"gunicorn\"]", "script"),
        ("COPY <<E /s\n#!/bin/sh\ntrap x TERM\ngunicorn a &\nwait\nE\nCMD [\"/s\"]", None),
        ("RUN cat <<E > /usr/bin/s\ngunicorn a\nE\nCMD [\"s\"]", "script"),
        ("RUN printf '#!/bin/sh\\nexec gunicorn a\\n' > /s\nCMD [\"/s\"]", None),
        ("RUN printf '#!/bin/sh\\ngunicorn a\\n' > /s && id\nCMD [\"/s\"]", "script"),
        ("COPY <<E /usr/local/bin/\ngunicorn a\nE\nCMD [\"E\"]", "script"),
        ('SHELL ["/bin/bash", "-c"]\nCMD gunicorn a', None),
    ],
)  # fmt: skip
def test_which_shell_stays(start: str, stays: str | None) -> None:
    kinds = ("command line", "script", "pipe")
    text = f"FROM a\n{start}\n"
    assert [kind for kind in kinds if shown(text, shell_stays=kind)] == ([stays] if stays else [])


@pytest.mark.parametrize(
    ("start", "mentions"),
    [
        ('CMD ["python", "/s.py"]', True),
        ("CMD python3 -u /s.py", True),
        ('CMD ["/s.py"]', True),
        ('CMD ["python", "/t.py"]', False),
        ('CMD ["python", "-m", "s"]', False),
    ],
)
def test_what_a_start_mentions_in_a_script_of_python(start: str, mentions: bool) -> None:
    text = (
        f"FROM a\nCOPY <<E /s.py\n#!/usr/bin/env python3\nos.environ['STOP_NAME'] = x\nE\n{start}\n"
    )
    assert shown(text, start_mentions="STOP_NAME") == mentions
