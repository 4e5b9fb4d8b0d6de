"""Real notebooks, executed by a real kernel: progress, faults, and the page that comes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import factory
import nbformat
import pytest
from mkdocs.utils.meta import get_data

from advices.core import NotebookFailed, StepFailed
from advices.core.process import poll
from advices.notebooks import kernel
from advices.notebooks.kernel import execute
from advices.site.lab_page import page
from advices.site.origin import Origin
from advices.site.shown import origin_of


def write(folder: Path, *cells: str) -> Path:
    """Write a notebook of code cells; one that begins with # is Markdown."""
    made = nbformat.v4.new_notebook()
    for cell in cells:
        new = nbformat.v4.new_markdown_cell if cell.startswith("# ") else nbformat.v4.new_code_cell
        made.cells.append(new(cell))
    file = folder / "x.ipynb"
    nbformat.write(made, file)
    return file


def outputs(executed: Any) -> list[Any]:
    return [output for cell in executed.cells if "outputs" in cell for output in cell.outputs]


def test_progress_is_said_and_everything_else_is_kept(tmp_path: Path) -> None:
    heard: list[str] = []
    file = write(
        tmp_path,
        "# Words",
        "import os, sys\nprint('kept')\nprint('one\\ntwo', file=sys.stderr, flush=True)",
        "print(os.environ['ADVICES_RUN'], os.getcwd())",
        "21 * 2",
        "from advices.site import Shown\nfrom advices.site.origin import Origin\n"
        "Shown('| a |', origin=Origin(['bad'], ['uid'], 'a title'))",
    )
    before = file.read_bytes()
    executed = execute(file, {"ADVICES_RUN": "run-7"}, heard.append)
    assert heard == ["one", "two"]
    found = outputs(executed)
    assert [output.output_type for output in found] == [*["stream"] * 2, *["execute_result"] * 2]
    assert found[0].text == "kept\n"
    assert found[1].text == f"run-7 {tmp_path}\n"
    assert found[2].data["text/plain"] == "42"
    assert origin_of(found[3]) == Origin(["bad"], ["uid"], "a title")
    assert file.read_bytes() == before, "outputs do not go into the notebook"
    assert "ADVICES_RUN" not in os.environ


IMPORTED = """\
import sys
from time import sleep
for _ in range({looks}):
    if "advices.notebooks" in sys.modules:
        break
    sleep(0.02)
print("advices.notebooks" in sys.modules)
"""


def test_a_kernel_begins_to_import_what_its_first_cell_asks_for(tmp_path: Path) -> None:
    begun = write(tmp_path, f"{IMPORTED.format(looks=500)}from advices import open_lab")
    assert outputs(execute(begun, {}, print))[0].text == "True\n"
    others = write(tmp_path, IMPORTED.format(looks=1), "from advices import open_lab")
    assert outputs(execute(others, {}, print))[0].text == "False\n"


def test_a_fault_of_ours_comes_back_as_itself(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "from advices.core import StepFailed",
        "raise StepFailed('it broke:\\n  at the end', why='of this: that', next_step='do it')",
        "print('not reached')",
    )
    with pytest.raises(StepFailed) as raised:
        execute(file, {}, print)
    assert type(raised.value) is StepFailed
    assert raised.value.what == "it broke:\n  at the end"
    assert (raised.value.why, raised.value.next_step) == ("of this: that", "do it")


def test_another_fault_is_told_with_its_cell(tmp_path: Path) -> None:
    file = write(tmp_path, "def half(x):\n    return x / 0", "half(10)")
    with pytest.raises(NotebookFailed) as raised:
        execute(file, {}, print)
    what = raised.value.what
    assert what.startswith("notebooks/x.ipynb: a cell failed with ZeroDivisionError: division by")
    assert "half(10)" in what
    assert "return x / 0" in what
    assert "\x1b" not in what
    assert len(what.splitlines()) <= 16


def test_a_kernel_that_dies(tmp_path: Path) -> None:
    with pytest.raises(NotebookFailed, match=r"notebooks/x\.ipynb: the kernel died"):
        execute(write(tmp_path, "import os; os._exit(3)"), {}, print)


def test_a_cell_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "CELL_TIMEOUT_SECONDS", 1)
    with pytest.raises(NotebookFailed, match="a cell did not end within 1 s"):
        execute(write(tmp_path, "import threading; threading.Event().wait()"), {}, print)


def alive(pid: int) -> bool:
    """Return whether a process runs; one that waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def interrupted(folder: Path) -> list[int]:
    """Interrupt a cell that waits for a child, and return the kernel's and the child's ids."""
    file = write(
        folder,
        "import os, subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "print(os.getpid(), child.pid, file=sys.stderr, flush=True)\n"
        "child.wait()",
    )
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.extend(map(int, line.split()))
        assert all(map(alive, pids))
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        execute(file, {}, interrupt)
    assert len(pids) == 2
    return pids


def test_an_interrupt_ends_the_kernel_and_its_children(tmp_path: Path) -> None:
    pids = interrupted(tmp_path)
    # Killed, and gone as soon as this machine gets to it.
    assert any(not any(map(alive, pids)) for _ in poll(timeout_seconds=30)), "they live on"


def test_an_interrupt_waits_for_the_kernels_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = kernel._kill_kernel
    later = []

    def slowly(client: Any) -> None:
        later.append(threading.Timer(0.5, kill, [client]))
        later[0].start()

    monkeypatch.setattr(kernel, "_kill_kernel", slowly)
    pid = interrupted(tmp_path)[0]
    still_there = alive(pid)
    later[0].join()
    assert not still_there


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}"])
def test_what_is_no_notebook_is_a_fault_of_ours(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "x.ipynb"
    if text is not None:
        file.write_text(text)
    with pytest.raises(kernel.AdvicesError, match=r"notebooks/x\.ipynb"):
        execute(file, {}, print)


def stream(text: str) -> Any:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def shown(**data: str) -> Any:
    """Return a displayed output; an underscore stands for the slash of a MIME type."""
    types = {key.replace("_", "/"): value for key, value in data.items()}
    return nbformat.v4.new_output("display_data", data=types)


def page_of(*cells: Any) -> str:
    """Return the page of an executed notebook, as MkDocs reads it: no macro is called in it."""
    text, settings = get_data(page(list(cells), factory.result()))
    assert settings == {"render_macros": False, "search": {"exclude": True}}
    return str(text)


def code(source: str, *outputs: Any) -> Any:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs))


def test_a_page_holds_words_code_and_outputs_in_order() -> None:
    rendered = page_of(
        nbformat.v4.new_markdown_cell("# Title\n\nwords"),
        code("lab.steps()", shown(text_markdown="| a |\n|---|", text_plain="no")),
        code("   \n"),
        code("print(1)", stream("\x1b[31mred\x1b[0m\n")),
        code("chart", shown(text_html="<svg></svg>", text_plain="(a chart)")),
        code("1 + 1", shown(text_plain="2")),
    )
    wanted = [
        "# Title\n\nwords",
        "```python\nlab.steps()\n```",
        "| a |\n|---|",
        "```python\nprint(1)\n```",
        "```text\nred\n```",
        "<svg></svg>",
        "```text\n2\n```",
        "## Provenance",
    ]
    places = [rendered.index(part) for part in wanted]
    assert places == sorted(places)
    assert "(a chart)" not in rendered


def test_a_page_ends_with_where_its_numbers_come_from() -> None:
    rendered = page_of(code("x"))
    provenance = rendered.split("## Provenance")[1]
    assert "[result as JSON](../results/build-cache.json)" in provenance
    assert "26.1.5" in provenance
    assert "stand-in" in provenance


@pytest.mark.parametrize(
    "text",
    [
        "docker ps --format '{{.Names}}'",
        "{{ undefined }} {% if x %} {# gone #}",
        "{% raw %}",
        "{% endraw %}{{ 1 / 0 }}",
    ],
)
def test_braces_are_left_as_they_are(text: str) -> None:
    rendered = page_of(
        nbformat.v4.new_markdown_cell(text),
        code(f"'''{text}'''", stream(text), shown(text_markdown=text), shown(text_html=text)),
    )
    assert rendered.count(text) == 5, "characters were added or lost"


def test_backticks_do_not_end_a_block() -> None:
    rendered = page_of(code("x = '''\n```\n'''", stream("````\ninner\n````")))
    assert "````python\nx = '''\n```\n'''\n````" in rendered
    assert "`````text\n````\ninner\n````\n`````" in rendered


def test_an_error_output_is_not_shown() -> None:
    error = nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["trace"])
    rendered = page_of(code("x", error))
    assert "trace" not in rendered


def loaded_by(program: str) -> set[str]:
    """Return the modules that a program has loaded at its end."""
    words = [sys.executable, "-c", f"import sys, {program}; print(*sys.modules)"]
    return {*subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()}


def test_what_executes_notebooks_is_loaded_where_one_is_executed() -> None:
    assert {"nbformat", "nbclient"} & loaded_by("advices.notebooks") == set()


def test_notebooks_are_executed_without_a_grammar_that_nothing_needs() -> None:
    loaded = loaded_by("advices.notebooks.kernel")
    assert "nbformat" in loaded
    assert {"rfc3987_syntax", "lark"} & loaded == set()
