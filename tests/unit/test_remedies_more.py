"""What the audit's further remedies make of a Dockerfile: mounts, stages, ENV, scripts, order."""

from __future__ import annotations

import pytest
from audit_corpus import BUILDS, PIP
from remedied import change, text_of

from advices.audit.remedies import Source, meant

INSTALL = "RUN pip install -r requirements.txt\n"
CACHE = "--mount=type=cache,target=/root/.cache/pip"


# ---------- mounts ----------


def test_pip_finds_its_downloads_in_a_mount() -> None:
    text = "FROM a\nCOPY . .\nRUN --network=host \\\n  pip install -r requirements.txt\nRUN id\n"
    assert text_of("mounts", text, PIP) == text.replace("RUN --network", f"RUN {CACHE} --network")


@pytest.mark.parametrize(
    "install",
    [
        "RUN pip install --no-cache-dir -r requirements.txt",
        "ENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt",
        "ENV PIP_CACHE_DIR=/c\nRUN pip install -r requirements.txt",
        "USER app\nRUN pip install -r requirements.txt",
        # No list says that it changes.
        "RUN pip install flask",
        # What it downloads is not printed: nothing would prove it.
        "RUN uv pip install -r requirements.txt",
        'RUN ["pip", "install", "-r", "requirements.txt"]',
    ],
)
def test_a_mount_that_would_prove_nothing_is_not_offered(install: str) -> None:
    assert change("mounts", f"FROM a\nCOPY . .\n{install}\n", PIP) is None


# ---------- stages ----------


def test_compilers_stay_in_the_builder() -> None:
    before = (
        "FROM python:3.14-slim\nENV A=1\n# To compile.\n"
        "RUN apt-get update && apt-get install -y gcc libpq-dev curl\nWORKDIR /app\n"
        f"COPY requirements.txt .\n{INSTALL}# Ours.\nCOPY . .\nRUN useradd app\n"
        'CMD ["python", "app.py"]\n'
    )
    assert text_of("stages", before, PIP) == (
        "FROM python:3.14-slim AS builder\nENV A=1\n# To compile.\n"
        "RUN apt-get update && apt-get install -y gcc libpq-dev curl\nWORKDIR /app\n"
        "COPY requirements.txt .\nRUN python -m venv /opt/venv\n"
        f'ENV PATH="/opt/venv/bin:$PATH"\n{INSTALL}\n'
        "FROM python:3.14-slim\nENV A=1\nRUN apt-get update \\\n"
        "    && apt-get install --yes --no-install-recommends libpq5 curl \\\n"
        "    && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\n"
        'COPY --from=builder /opt/venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\n'
        '# Ours.\nCOPY . .\nRUN useradd app\nCMD ["python", "app.py"]\n'
    )


def test_a_full_base_stays_with_the_builder() -> None:
    before = f"ARG V=3.14\nFROM python:${{V}}\nCOPY . .\n{INSTALL}"
    after = text_of("stages", before, PIP)
    assert after.startswith("ARG V=3.14\nFROM python:${V} AS builder\nCOPY . .\nRUN python -m venv")
    assert "\nFROM python:${V}-slim\nCOPY . .\nCOPY --from=builder" in after


GCC = "RUN apt-get update && apt-get install -y gcc\n"
NO_STAGES = {
    "no compilers": f"FROM python:3.14-slim\nCOPY . .\n{INSTALL}",
    "two stages": f"FROM python:3.14 AS a\nCOPY . .\n{INSTALL}FROM a\nCMD a\n",
    "another base": f"FROM debian:13\n{GCC}COPY . .\n{INSTALL}",
    "Alpine": f"FROM python:3.14-alpine\nRUN apk add gcc\nCOPY . .\n{INSTALL}",
    "nothing is installed": f"FROM python:3.14\n{GCC}COPY . .\n",
    "uv": f"FROM python:3.14\n{GCC}COPY . .\nRUN uv pip install --system -r requirements.txt\n",
    "for a user": f"FROM python:3.14\nCOPY . .\nUSER app\n{INSTALL}",
    "into the home": "FROM python:3.14\nCOPY . .\nRUN pip install --user -r requirements.txt\n",
    "an environment already": f"FROM python:3.14\nRUN python -m venv /v\nCOPY . .\n{INSTALL}",
    "a step of which nobody knows": f"FROM python:3.14\nRUN curl x | sh\nCOPY . .\n{INSTALL}",
    "installed and purged": "FROM python:3.14-slim\nCOPY . .\nRUN apt-get install -y gcc && pip "
    "install -r requirements.txt && apt-get purge -y gcc\n",
    "installs with what follows": "FROM python:3.14\nCOPY . .\n"
    "RUN pip install -r requirements.txt && python manage.py migrate\n",
    "for later builds": f"FROM python:3.14\nONBUILD COPY . .\n{INSTALL}",
    "packages behind": f"FROM python:3.14\nCOPY . .\n{INSTALL}{GCC}",
    "another escape": f"# escape=`\nFROM python:3.14\nCOPY . .\n{INSTALL}",
}


@pytest.mark.parametrize("text", NO_STAGES.values(), ids=NO_STAGES.keys())
def test_another_shape_gets_no_stages(text: str) -> None:
    assert change("stages", text, PIP) is None


# ---------- ENV ----------

ENV = {
    "ENV A 1 B 2": "ENV A=1 \\\n    B=2",
    "ENV A 1 \\\n  B=two words": 'ENV A=1 \\\n    B="two words"',
    "env A 1 B 2": "env A=1 \\\n    B=2",
    "ENV A=1 B=$A": "ENV A=1\nENV B=$A",
    "ENV A=/x PATH=$A/bin:$PATH": "ENV A=/x\nENV PATH=$A/bin:$PATH",
    "ENV A='\"x y\"'": 'ENV A="x y"',
    'ENV A=\\"x\\"': "ENV A=x",
}


@pytest.mark.parametrize(("before", "after"), ENV.items())
def test_env_says_what_it_means(before: str, after: str) -> None:
    assert text_of("env", f"FROM a\n{before}\n") == f"FROM a\n{after}\n"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "ENV A 1",
            "ENV A some words",
            "ENV A=1 B=2",
            "ENV A 1 b 2",
            "ENV GREETING HELLO BIG WORLD",
        ),
        *(
            "ENV A='[\"x\"]'",
            'ENV A="say \\"x\\""',
            "ENV A='$B' C=$A",
            "ENV A=\\$B D=$A",
            "ENV PATH=/x:$PATH",
        ),
    ],
)
def test_an_env_that_is_right_stays(line: str) -> None:
    assert change("env", f"FROM a\n{line}\n") is None


def test_what_env_means_is_known_as_far_as_the_file_tells_it() -> None:
    text = (
        "FROM a AS b\nENV X=no\nFROM c\nARG V=3\nENV A 1 B 2\nENV C=$A/x D=$C ROOT=$HOME\n"
        "ENV E=$V F=${G:-1}\nENV A=5\n"
    )
    expected = {"A": "5", "B": "2", "C": "1/x", "D": "1/x", "E": "3"}
    assert meant(Source(text)) == expected


# ---------- scripts ----------

HEAD = "#!/bin/sh\nset -e\n"
SCRIPTS = {
    'python manage.py migrate\n"$@"\n': 'python manage.py migrate\nexec "$@"\n',
    "gunicorn \\\n  app:app\n# End.\n": "exec gunicorn \\\n  app:app\n# End.\n",
    "A=1 gunicorn app": "exec env A=1 gunicorn app",
    "cd /app && gunicorn app\n": "cd /app && exec gunicorn app\n",
}
NO_SCRIPTS = [
    'exec "$@"\n',
    "if true; then\n  gunicorn app\nfi\n",
    "trap 'kill 0' TERM\ngunicorn app &\nwait\n",
    "gunicorn app &\n",
    "gunicorn app | tee log\n",
    "echo done\n",
]
STARTS = [
    'COPY start.sh /s\nENTRYPOINT ["/s"]',
    'WORKDIR /app\nCOPY . .\nCMD ["./start.sh"]',
    'COPY start.sh /usr/local/bin/\nENTRYPOINT ["start.sh"]\nCMD ["a"]',
    'COPY . /app\nCMD ["sh", "/app/start.sh"]',
    "COPY . /app\nENTRYPOINT exec bash /app/start.sh",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("before", "after"), SCRIPTS.items())
def test_a_script_of_the_project_becomes_its_program(start: str, before: str, after: str) -> None:
    found = change("exec", f"FROM a\n{start}\n", {**PIP, "start.sh": HEAD + before})
    assert found is not None
    assert found.files == {"start.sh": HEAD + after}
    assert found.dockerfile == f"FROM a\n{start}\n"


def test_a_script_that_the_dockerfile_writes_becomes_its_program() -> None:
    text = 'FROM a\nCOPY <<"S" /s\n#!/bin/sh\n# Go.\n"$@"\nS\nENTRYPOINT ["/s"]\nCMD a\n'
    after = text.replace('"$@"', 'exec "$@"').replace("CMD a", 'CMD ["a"]')
    assert text_of("exec", text) == after
    assert change("exec", after) is None


@pytest.mark.parametrize("text", NO_SCRIPTS)
def test_a_script_that_must_stay_stays(text: str) -> None:
    assert change("exec", f"FROM a\n{STARTS[0]}\n", {"start.sh": HEAD + text}) is None


def test_a_program_that_is_no_shell_script_stays() -> None:
    for text in ("#!/usr/bin/env python3\nmain()\n", "gunicorn app\n", ""):
        assert change("exec", f"FROM a\n{STARTS[0]}\n", {"start.sh": text}) is None


# ---------- order ----------


def test_lists_keep_their_folder_and_owner() -> None:
    files = {**PIP, "src/app.py": "", "src/requirements.txt": "x\n"}
    text = "FROM a\nCOPY --chown=5 --link src /app\nRUN pip install -r /app/requirements.txt\n"
    assert text_of("order", text, files).startswith(
        "FROM a\nCOPY --chown=5 --link src/requirements.txt /app/\nRUN pip install"
    )
    files = {**PIP, "requirements/a.txt": "-r b.txt\n", "requirements/b.txt": "x\n"}
    text = "FROM a\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements/a.txt\n"
    after = text_of("order", text, files)
    assert "COPY requirements/a.txt requirements/b.txt ./requirements/\n" in after


@pytest.mark.parametrize(
    "text",
    [
        # It looks elsewhere than the list would be.
        "FROM a\nCOPY . /app\nWORKDIR /other\nRUN pip install -r requirements.txt\n",
        # It would be copied to another folder.
        "FROM a\nCOPY . .\nWORKDIR /app\nRUN pip install -r ../requirements.txt\n",
        # A step between needs the code, and a variable that it sets is the install's.
        "FROM a\nCOPY . .\nRUN make\nENV A=1\nRUN pip install -r requirements.txt\n",
    ],
)
def test_what_would_mean_something_else_elsewhere_stays(text: str) -> None:
    assert change("order", text, PIP) is None


def test_a_list_that_names_the_project_needs_its_code() -> None:
    files = {**PIP, "requirements.txt": "flask\n-e .\n"}
    assert change("order", f"FROM a\nCOPY . .\n{INSTALL}", files) is None


@pytest.mark.parametrize(
    ("sync", "first"),
    [
        ("uv sync --frozen", "uv sync --no-install-project --frozen"),
        ("poetry install", "poetry install --no-root"),
        ("pdm install --prod", "pdm install --no-self --prod"),
    ],
)
def test_the_project_is_installed_last(sync: str, first: str) -> None:
    by = sync.split(maxsplit=1)[0]
    files = {**PIP, "pyproject.toml": BUILDS, f"{by}.lock": ""}
    text = f"FROM a\nWORKDIR /app\n# Ours.\nCOPY . .\nRUN {sync}\n"
    assert text_of("project", text, files) == (
        f"FROM a\nWORKDIR /app\nCOPY pyproject.toml {by}.lock ./\nRUN {first}\n"
        f"# Ours.\nCOPY . .\nRUN {sync}\n"
    )
    assert change("order", text, files) is None


def test_a_project_that_is_no_package_needs_no_second_install() -> None:
    files = {**PIP, "pyproject.toml": '[project]\nname = "a"\n', "uv.lock": ""}
    text = "FROM a\nCOPY . .\nRUN uv sync\n"
    assert change("project", text, files) is None
    assert change("order", text, files) is not None


MONO = {
    "packages/shared/pyproject.toml": "[project]\nname = 'shared'\n",
    "services/api/requirements.txt": "flask==3.1\n",
    "services/api/app.py": "",
}


def test_a_package_of_the_repository_stays_behind_the_code() -> None:
    shared, service = "RUN pip install ./packages/shared\n", "services/api/requirements.txt"
    text = f"FROM a\nWORKDIR /srv\nCOPY . .\n{shared}RUN pip install -r {service}\n"
    assert text_of("order", text, MONO) == (
        f"FROM a\nWORKDIR /srv\nCOPY {service} ./services/api/\nRUN pip install -r {service}\n"
        f"COPY . .\n{shared}"
    )


def test_poetry_installs_the_project_with_the_groups_it_is_asked_for() -> None:
    files = {"pyproject.toml": "[tool.poetry]\nname = 'a'\n", "poetry.lock": "", "a/b.py": ""}
    text = "FROM a\nWORKDIR /app\nCOPY . .\nRUN poetry install --only main\n"
    assert change("order", text, files) is None
    assert text_of("project", text, files) == (
        "FROM a\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\n"
        "RUN poetry install --no-root --only main\nCOPY . .\nRUN poetry install --only main\n"
    )
