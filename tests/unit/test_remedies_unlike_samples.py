"""What remedies make of Dockerfiles of other shapes and styles than those of the samples."""

from __future__ import annotations

import pytest
from remedied import FILES, change, text_of

from advices.audit.remedies import Source, remedies

APT = {
    "in front": (
        "RUN apt-get update \\\n    && apt-get install -y \\\n        # to ask\n        curl\n",
        "RUN apt-get update \\\n    && apt-get install --no-install-recommends -y \\\n"
        "        # to ask\n        curl \\\n    && rm -rf /var/lib/apt/lists/*\n",
    ),
    "behind": (
        "run apt-get update && \\\n    # tools\n    apt-get install -y \\\n      less\n",
        "run apt-get update && \\\n    # tools\n    apt-get install --no-install-recommends -y \\\n"
        "      less && \\\n    rm -rf /var/lib/apt/lists/*\n",
    ),
    "a here-document that ends at a failure": (
        "RUN <<EOF\nset -eu\napt-get update\napt-get install -y less\nEOF\n",
        "RUN <<EOF\nset -eu\napt-get update\napt-get install --no-install-recommends -y less\n"
        "rm -rf /var/lib/apt/lists/*\nEOF\n",
    ),
    "a here-document that goes on": (
        "RUN <<EOF\napt-get update\napt-get install -y less\nEOF\n",
        "RUN <<EOF\napt-get update\napt-get install --no-install-recommends -y less"
        " && rm -rf /var/lib/apt/lists/*\nEOF\n",
    ),
    "in one line": (
        "RUN apt-get update && apt-get install -y \\\n    gcc \\\n    git\n",
        "RUN apt-get update && apt-get install --no-install-recommends -y \\\n    gcc \\\n"
        "    git \\\n    && rm -rf /var/lib/apt/lists/*\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), APT.values(), ids=APT)
def test_a_command_more_is_joined_as_the_others_are(before: str, after: str) -> None:
    assert text_of("apt", f"FROM a\n{before}") == f"FROM a\n{after}"
    assert change("apt", f"FROM a\n{after}") is None


ENTRY = "COPY start.sh /usr/local/bin/\nRUN chmod 755 /usr/local/bin/start.sh\n"
LATE = "COPY . /app\nRUN pip install -r /app/requirements.txt\n"
SOON = "COPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\nCOPY . /app\n"
ORDER = {
    "a script stays": (f"{ENTRY}{LATE}", f"{ENTRY}{SOON}"),
    "a script stays that could go": (
        f"COPY start.sh /s\n{LATE}",
        f"COPY start.sh /s\n{SOON}",
    ),
    "a folder goes": (
        f"COPY web /web\n{LATE}",
        SOON.replace("COPY . /app\n", "COPY web /web\nCOPY . /app\n"),
    ),
    "a folder in another place stays": (
        "COPY web web\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n",
        "COPY web web\nWORKDIR /app\nCOPY requirements.txt ./\n"
        "RUN pip install -r requirements.txt\nCOPY . .\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), ORDER.values(), ids=ORDER)
def test_what_is_copied_before_the_code_hides_no_late_install(before: str, after: str) -> None:
    files = {**FILES, "start.sh": ""}
    assert text_of("order", f"FROM a\n{before}", files) == f"FROM a\n{after}"
    assert change("order", f"FROM a\n{after}", files) is None


def test_an_install_never_comes_before_its_list() -> None:
    text = "FROM a\nCOPY web web\nRUN make\nCOPY requirements.txt .\n"
    assert change("order", f"{text}RUN pip install -r requirements.txt\n") is None


def test_a_stage_that_is_not_built_stays() -> None:
    installs = (
        "COPY --chown=1 . .\nRUN apt-get update && apt-get install -y gcc\n"
        "RUN pip install -r requirements.txt\nRUN chown -R a .\nENV A 1 B=2\n"
    )
    text = f"FROM a AS other\n{installs}FROM a\nCOPY app.py .\nUSER 1\n"
    assert remedies(Source(text, files=FILES)) == {}
    used = text.replace("FROM a\nCOPY app.py", "FROM a\nCOPY --from=other /x /x\nCOPY app.py")
    found = remedies(Source(used, files=FILES))
    assert {"order", "mounts", "pip-cache", "apt", "env"} <= {*found}


def test_a_builder_knows_no_user_of_the_image() -> None:
    text = (
        "FROM python:3.14\nRUN apt-get update && apt-get install -y gcc\nRUN useradd app\n"
        "WORKDIR /app\nCOPY \\\n  --chown=app \\\n  . .\nRUN pip install -r requirements.txt\n"
        "USER app\n"
    )
    builder, _, image = text_of("stages", text).partition("FROM python:3.14-slim")
    assert "COPY \\\n  . .\n" in builder
    assert "useradd" not in builder
    assert "RUN useradd app\nWORKDIR /app\nCOPY \\\n  --chown=app \\\n  . .\n" in image


def test_who_owns_what_is_copied_is_made_before() -> None:
    makes = "# Nobody else.\nRUN groupadd app && useradd --gid app app\n"
    owns = "# Ours.\nRUN chown -R app:app /app\n"
    text = f"FROM a\nWORKDIR /app\n# The code.\nCOPY . .\nRUN make\n\n{makes}{owns}USER app\n"
    assert text_of("chown", text) == (
        f"FROM a\nWORKDIR /app\n{makes}# The code.\n# Ours.\nCOPY --chown=app:app . .\n"
        "RUN make\n\nUSER app\n"
    )
    text = f"FROM a\nCOPY . /app\n{makes}RUN chown -R 7:7 /app\n"
    assert text_of("chown", text) == f"FROM a\nCOPY --chown=7:7 . /app\n{makes}"


@pytest.mark.parametrize(
    "script",
    [
        'main() {\n  gunicorn app\n}\nmain "$@"\n',
        "function main {\n  gunicorn app\n}\nset -e; main\n",
        "cat > /tmp/a.conf <<'END'\nx\nEND\n",
    ],
)
def test_what_is_no_program_gets_no_exec(script: str) -> None:
    text = 'FROM a\nCOPY start.sh /s\nENTRYPOINT ["/s"]\n'
    assert change("exec", text, {**FILES, "start.sh": f"#!/bin/sh\n{script}"}) is None


def test_a_cache_mount_keeps_what_is_meant_for_it_out_and_nothing_else() -> None:
    pip = "RUN --mount=type=cache,target=/root/.cache/pip apt-get update && apt-get install -y a"
    assert text_of("apt", f"FROM a\n{pip}\n").endswith(" && rm -rf /var/lib/apt/lists/*\n")
    for place in ("/var/lib/apt", "/var/lib/apt/lists"):
        apt = f"RUN --mount=type=cache,target={place} apt-get update && apt-get install -y a\n"
        assert "rm -rf" not in text_of("apt", f"FROM a\n{apt}")
    apt = "RUN --mount=type=cache,target=/var/cache/apt apt-get update && pip install b\n"
    assert "pip install --no-cache-dir b" in text_of("pip-cache", f"FROM a\n{apt}")
    uv = "RUN --mount=type=cache,target=/root/.cache uv pip install b && pip install c\n"
    assert change("pip-cache", f"FROM a\n{uv}") is None


def test_only_who_keeps_nothing_any_more_is_named() -> None:
    found = change("pip-cache", "FROM a\nRUN pip install pipenv && pipenv install --system\n")
    assert found is not None
    assert found.says == "pip keeps no downloads in a layer."
    found = change("pip-cache", "FROM a\nRUN pip install uv && uv pip install x\n")
    assert found is not None
    assert found.says == "pip and uv keep no downloads in a layer."


def test_a_registry_that_is_a_variable_stays() -> None:
    for registry in ("$REGISTRY", "${REGISTRY}", "${REGISTRY:-x}"):
        text = f"ARG REGISTRY=docker.io/library\nFROM {registry}/python:3.14-trixie\n"
        assert text_of("slim", text).endswith(f"FROM {registry}/python:3.14-slim-trixie\n")
    assert change("slim", "ARG REGISTRY=example.org\nFROM ${REGISTRY}/python:3.14\n") is None
