"""An audit in the page, on the real engine: to its end, stopped, and left by its server."""

from __future__ import annotations

import os
from pathlib import Path

import checks
import pytest
from accessible import violations
from learning import arrive, enter, learning
from playwright.sync_api import expect
from processes import processes, wait

from advices.engine import connect

pytestmark = [pytest.mark.browser, pytest.mark.engine]
PAGE = "learn/your-project/"
SECONDS = 600
# Two changes are tried. It stops at once, so that no trial waits for it.
WRONG = """\
FROM python:3.14-slim
WORKDIR /app
COPY . .
EXPOSE 8080
STOPSIGNAL SIGKILL
CMD ["python", "-m", "http.server", "8080"]
"""
SLEEPS = "FROM python:3.14-slim\nRUN --network=none sleep 300\n"


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A state folder of these tests: runs of others do not count, nor do theirs wait for us."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def server(site, state):
    with learning(site, XDG_STATE_HOME=str(state)) as started:
        yield started


@pytest.fixture
def tab(chromium, server):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    enter(page, server)
    arrive(lambda: page.goto(server.base + PAGE))
    page.get_by_role("button", name="Audit", exact=True).wait_for()
    yield page
    context.close()


def audit(tab, folder: Path) -> None:
    """Type a folder and press Enter."""
    tab.get_by_label("Folder of your project").focus()
    tab.keyboard.press("Control+A")
    tab.keyboard.type(str(folder))
    tab.keyboard.press("Enter")


def nothing_left(state: Path, folder: Path) -> bool:
    """Return whether no process, scratch folder, container or image of an audit is there."""
    runs = state / "docker-advices" / "runs"
    names = {one.name for one in runs.glob("*") if one.is_dir()} if runs.is_dir() else set()
    ours = [one for one in processes() if f"XDG_STATE_HOME={state}" in one.environment]
    audits = [one for one in ours if str(folder) in one.command or "buildx" in one.command]
    return not (names or audits or tagged(state))


def tagged(state: Path) -> set[str]:
    """Return the runs of this state folder that the engine still holds something of."""
    from unittest import mock

    from advices.runs import lifecycle

    with mock.patch.dict(os.environ, {"XDG_STATE_HOME": str(state)}):
        owner = lifecycle._owner()
    return {run for run in connect().run_ids() if run.startswith(owner)}


def test_a_project_is_audited_by_keyboard_and_its_diff_written(tab, state, tmp_path):
    folder = tmp_path / "<i>project"
    folder.mkdir()
    (folder / "Dockerfile").write_text(WRONG)
    (folder / "index.html").write_text("<h1>hello</h1>\n")
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    audit(tab, folder)
    live = tab.get_by_role("region", name="Your audit")
    expect(live.locator("summary").first).to_contain_text("audit yours", timeout=SECONDS * 1000)
    # Whoever loads the page again sees it go on.
    arrive(tab.reload)
    expect(live.locator("summary").first).to_contain_text("audit ", timeout=SECONDS * 1000)
    expect(tab.get_by_role("button", name="Audit", exact=True)).to_be_disabled()
    expect(tab.locator("#adv-audit [role=status]").first).to_contain_text(
        "Done after", timeout=SECONDS * 1000
    )
    row = live.locator(".adv-audit__cards tbody tr").filter(has_text="runs as 10001:10001")
    expect(row).to_contain_text("fixed by the diff")
    href = row.get_by_role("link", name="Do not run as root").evaluate("a => a.href")
    assert tab.request.get(href).ok
    own = live.locator("details").filter(has_text="runs as 10001:10001")
    own.locator("summary").press("Enter")
    expect(own.locator("code").last).to_contain_text("+USER 10001:10001")
    assert violations(tab) == []
    tab.set_viewport_size({"width": 320, "height": 900})
    assert violations(tab) + checks.too_wide(tab) == []

    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before, "nothing is written"
    writing = live.get_by_role("region", name="Write the diff")
    expect(writing).to_contain_text(f"It changes in {folder}: Dockerfile.")
    writing.get_by_role("button", name="Write the diff").press("Enter")
    expect(writing).to_contain_text("Written: Dockerfile")
    assert "USER 10001:10001" in (folder / "Dockerfile").read_text("utf-8")
    assert {one.name for one in folder.iterdir()} == {*before}
    assert nothing_left(state, folder)


def test_an_audit_that_is_stopped_or_whose_server_ends_leaves_nothing(tab, server, state, tmp_path):
    (tmp_path / "Dockerfile").write_text(SLEEPS)
    live = tab.get_by_role("region", name="Your audit")
    last = live.locator("summary").first
    audit(tab, tmp_path)
    expect(last).to_contain_text("sleep 300", timeout=SECONDS * 1000)
    assert not nothing_left(state, tmp_path)
    tab.get_by_role("button", name="Stop the audit").press("Enter")
    expect(tab.locator("#adv-audit [role=status]").first).to_contain_text("Stopped after")
    wait(lambda: nothing_left(state, tmp_path))
    audit(tab, tmp_path)
    expect(last).to_contain_text("sleep 300", timeout=SECONDS * 1000)
    said = server.stop()
    assert "Traceback" not in said
    assert nothing_left(state, tmp_path)


def test_an_audit_whose_server_is_killed_leaves_nothing(tab, server, state, tmp_path):
    (tmp_path / "Dockerfile").write_text(SLEEPS)
    audit(tab, tmp_path)
    last = tab.get_by_role("region", name="Your audit").locator("summary").first
    expect(last).to_contain_text("sleep 300", timeout=SECONDS * 1000)
    server.process.kill()
    wait(lambda: nothing_left(state, tmp_path))
