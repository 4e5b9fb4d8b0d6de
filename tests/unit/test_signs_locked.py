"""Signs of an install: by a lock or not, compiled or not, and what of the installer stays."""

from __future__ import annotations

import pytest

from advices.lab import parse_dockerfile
from advices.lab.signs import Sign, View

UNLOCKED = Sign.model_validate({"unlocked": {"locks": ("requirements.txt", "uv.txt")}})
INSTALLER = Sign.model_validate({"ships_installer": {"lists": ("uv.txt",)}})
UNCOMPILED = Sign(uncompiled=True)
CACHE = Sign(left="an installer's cache")
TWO_STAGES = """\
FROM python AS builder
WORKDIR /srv
{}
FROM python
COPY --from=builder /srv/.venv /srv/.venv
"""


def shows(sign: Sign, text: str) -> bool:
    """Return whether a file of one stage, or of what stands there of several, shows a sign."""
    file = text if text.startswith("FROM") else f"FROM python\nWORKDIR /srv\n{text}\n"
    return sign.shown(View(parse_dockerfile(file)))


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ("RUN pip install -r requirements.txt", False),
        ("RUN pip install -r /tmp/requirements.txt --require-hashes", False),
        ("RUN pip install -r requirements.in", True),
        ("RUN pip install flask", True),
        ("RUN pip install uv==1 && uv pip sync requirements.txt", False),
        ("RUN uv pip install --system flask", True),
        ("RUN uv pip sync pylock.toml", False),
        ("RUN pip install -r requirements.in -c requirements.txt", False),
        ("RUN pip install -r requirements.in -c other.txt", True),
        ("COPY uv.lock pyproject.toml ./\nRUN uv sync --locked", False),
        ("COPY . .\nRUN uv sync", False),
        ("COPY pyproject.toml .\nRUN uv sync", True),
        ("RUN uv sync\nCOPY uv.lock .", True),
        ("RUN --mount=type=bind,source=uv.lock,target=uv.lock uv sync --frozen", False),
        ("COPY . .\nRUN uv sync -U", True),
        ("RUN uv export -o all.txt && uv pip install -r all.txt", False),
        ("RUN uv export > all.txt\nRUN pip install -r all.txt", False),
        ("RUN poetry export -f requirements.txt -o x.txt\nRUN pip install -r x.txt", False),
        ("RUN uv export | uv pip install -r -", False),
        ("RUN echo flask | uv pip install -r -", True),
        ("RUN poetry install --only main", False),
        ("RUN pip install .", False),
    ],
)
def test_what_no_lock_decides(steps: str, shown: bool) -> None:
    assert shows(UNLOCKED, steps) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("RUN pip install uv", True),
        ("RUN pip install --no-cache-dir 'uv==0.13.9' && uv sync && pip uninstall -y uv", False),
        ("RUN pip install -r uv.txt", True),
        ("RUN pip install --upgrade pip", True),
        ("RUN pip install -r requirements.txt", False),
        (TWO_STAGES.format("RUN pip install uv && uv sync"), False),
        (TWO_STAGES.format("RUN python -m venv .venv"), True),
        (TWO_STAGES.format("RUN python -m venv --without-pip .venv"), False),
        (TWO_STAGES.format("RUN uv venv --seed"), True),
        (TWO_STAGES.format("RUN uv venv"), False),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /usr/local/bin/uv /bin/", True),
        (TWO_STAGES.format("RUN id") + "COPY --from=some/uv:1 /uv /uvx /bin/", True),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /usr/local/bin/uvicorn /bin/", False),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /usr/local /usr/local", True),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /usr/local/bin/* /bin/", True),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /usr/local/bin /usr/local/bin", True),
        (
            TWO_STAGES.format("RUN id")
            + "COPY --from=builder /usr/local/lib/python3.14/site-packages/ /packages/",
            True,
        ),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /usr/local/share /s", False),
        (TWO_STAGES.format("RUN id") + "COPY --from=builder /venv/bin /venv/bin", False),
    ],
)
def test_which_installer_stays(text: str, shown: bool) -> None:
    assert shows(INSTALLER, text) == shown


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ("RUN uv sync", True),
        ("RUN uv sync --compile-bytecode", False),
        ("ENV UV_COMPILE_BYTECODE=1\nRUN uv sync", False),
        ("RUN uv sync\nENV UV_COMPILE_BYTECODE=1", True),
        ("ENV UV_COMPILE_BYTECODE=0\nRUN uv sync", True),
        ("RUN UV_COMPILE_BYTECODE=1 uv pip sync requirements.txt", False),
        ("RUN uv sync && python -m compileall .venv", False),
        ("RUN pip install -r requirements.txt", False),
        ("RUN pip install --no-compile -r requirements.txt", True),
        ("RUN id", False),
    ],
)
def test_what_nobody_compiles(steps: str, shown: bool) -> None:
    assert shows(UNCOMPILED, steps) == shown


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ("RUN pip install a", True),
        ("RUN pip install --no-cache-dir a", False),
        ("RUN uv sync", True),
        ("RUN uv sync --no-cache", False),
        ("RUN uv sync -n", False),
        ("ENV UV_NO_CACHE=1\nRUN uv sync", False),
        ("RUN --mount=type=cache,target=/root/.cache/uv uv sync", False),
        ("RUN --mount=type=cache,target=/root/.cache/pip uv sync", True),
        ("RUN --mount=type=cache,target=/root/.cache uv sync && pip install a", False),
        ("RUN uv sync && uv cache clean", False),
        ("RUN uv sync && rm -rf /root/.cache", False),
        ("RUN pip install a && uv sync && uv cache clean", True),
    ],
)
def test_which_cache_stays(steps: str, shown: bool) -> None:
    assert shows(CACHE, steps) == shown
