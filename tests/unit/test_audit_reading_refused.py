"""What an audit does not read of a project: what is wrong, leads out of it, or is a pipe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from read_projects import composed, made, read

from advices import audit
from advices.audit.lab_of import ignore_text
from advices.audit.reading.places import places_of
from advices.core import LabInvalid


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("services: {s: {build: ../..}}", "compose.yaml: context: `../..` leads out of"),
        ("services: {s: {build: /etc}}", "`/etc` leads out of"),
        ("services: {s: {build: link}}", "`link` leads out of"),
        ("services: {s: {build: 'https://example.org/x.git'}}", "is on another machine"),
        ("services: {s: {build: gone}}", "gone is no folder"),
        ("services: {s: {build: {dockerfile: ../outside/D}}}", "leads out of"),
        ("services: {s: {build: {dockerfile: link/secret}}}", "leads out of"),
        ("services: {s: {build: ., env_file: link/secret}}", "leads out of"),
        ("services: {s: {build: ., env_file: gone}}", "there is no file `gone`"),
        ("services: {s: {build: ., env_file: latin}}", "latin cannot be read"),
        ("services: {s: {build: ., extends: {service: x}}}", "this one needs others"),
        ("include: [x]\nservices: {s: {build: .}}", "include: an audit reads one compose file"),
        ("services: {s: {build: ., depends_on: [gone]}}", "has no service `gone`"),
        ("services: {s: {build: ., ports: ['x']}}", "services.s.ports: `x` is no port"),
        ("services: {s: {build: ., ports: 80}}", "services.s.ports: this is no list"),
        ("services: {s: {build: ., command: 'a \"b'}}", "services.s.command: No closing quotation"),
        ("services: {s: {build: ., environment: {A: [b]}}}", "environment.A: a text is expected"),
        ("services: {s: {build: [a]}}", "services.s.build: a table of names"),
        ("services: {s: {build: {target: gone}}}", "there is no stage `gone`"),
        ("services: {../s: {build: .}}", "services: `../s` is no name of a service"),
        ('services: {"a\\e[2Jb": {build: .}}', "`a?[2Jb` is no name of a service"),
        ('services: {s: {build: "\\e[2J/../.."}}', "`?[2J/../..` leads out of"),
        ('services: {s: {build: ., ports: ["\\e[2J"]}}', "`?[2J` is no port"),
        ("services: [s]", "services: there are none"),
        ("- a", "services: there are none"),
        ("", "services: there are none"),
    ],
)
def test_what_is_wrong_or_leads_out_of_the_project_is_refused(
    text: str, says: str, tmp_path: Path
) -> None:
    root = composed(tmp_path / "project", text)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("A=the secret\n")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "latin").write_bytes(b"A=\xff\n")
    with pytest.raises(LabInvalid) as refused:
        read(root)
    assert says in str(refused.value)
    assert "the secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile", "docker-bake.hcl"])
def test_a_link_out_of_the_project_is_not_followed(name: str, tmp_path: Path) -> None:
    root = made(tmp_path / "project")
    outside = tmp_path / "outside"
    outside.write_text("services: {s: {build: .}}")
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(outside)
    with pytest.raises(LabInvalid, match=f"^{name} leads out of the project"):
        read(root)


def test_the_variables_of_a_link_out_of_the_project_are_not_read(tmp_path: Path) -> None:
    root = composed(tmp_path / "project", "services: {s: {build: ., environment: [A=$S]}}")
    (tmp_path / "outside").write_text("S=the secret\n")
    (root / ".env").symlink_to(tmp_path / "outside")
    with pytest.raises(LabInvalid, match=r"\.env: `\.env` leads out of"):
        read(root)


def test_the_root_of_the_repository_is_part_of_the_project(tmp_path: Path) -> None:
    root = made(tmp_path, **{"deploy__compose.yaml": "services: {s: {build: ..}}"})
    with pytest.raises(LabInvalid, match="leads out of"):
        read(root / "deploy")
    (root / ".git").mkdir()
    assert read(root / "deploy").context == root
    assert places_of(root / "deploy").root == root


def test_an_ignore_file_may_be_a_link_within_the_project_only(tmp_path: Path) -> None:
    root = made(tmp_path / "project", real="a\n")
    (root / ".dockerignore").symlink_to("real")
    assert (read(root).ignore, ignore_text(read(root))) == (root / "real", "a\n")
    (tmp_path / "outside").write_text("b\n")
    (root / ".dockerignore").unlink()
    (root / ".dockerignore").symlink_to(tmp_path / "outside")
    with pytest.raises(LabInvalid, match=r"^\.dockerignore leads out of the project"):
        read(root)


@pytest.mark.parametrize("named", ["pipe", ".", "large", "gone", "x" * 5000, "circle"])
def test_what_is_no_dockerfile_is_refused_and_not_waited_for(named: str, tmp_path: Path) -> None:
    root = composed(tmp_path, f"services: {{s: {{build: {{dockerfile: {named}}}}}}}")
    os.mkfifo(root / "pipe")
    (root / "circle").symlink_to("circle")
    (root / "large").write_text("FROM a\n" + "# x\n" * 300_000)
    with pytest.raises(LabInvalid):
        read(root)


@pytest.mark.parametrize("name", [".env", "compose.yaml"])
def test_a_pipe_is_no_text(name: str, tmp_path: Path) -> None:
    root = made(tmp_path)
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    if name == ".env":
        (root / "compose.yaml").write_text("services: {s: {build: .}}")
        with pytest.raises(LabInvalid, match="cannot be read"):
            read(root)
    else:
        assert read(root).service == ""


def test_a_bake_file_names_nothing_outside_either(tmp_path: Path) -> None:
    root = made(tmp_path / "project", **{"docker-bake.json": "{}"})
    for path in ("../outside", "a\0b"):
        said = {"target": {"t": {"context": ".", "dockerfile": path}}}
        with pytest.raises(LabInvalid, match=r"docker-bake\.json: dockerfile: "):
            audit.read_project(root, audit.Asked(variables={}), lambda *_, said=said: said)
