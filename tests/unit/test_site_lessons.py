"""What a chapter shows of a lab: its Dockerfiles, the explorer, its mistakes and its exercise."""
# ruff: noqa: F401, F811  # the fixtures `macros` and `project` are imported

import json

import factory
import made_labs
import pytest
from made_up_site import macros, project

from advices.core import LabInvalid, ResultInvalid
from advices.site.macros import lessons


def test_the_explorer_holds_dockerfiles_edits_and_what_is_kept_out(project, macros):
    (project / "labs/app/.dockerignore").write_text("# a comment\n\n*.md\n</script>&\n")
    text = macros.cache_explorer("build-cache", ["good"])
    inner = text.partition('application/json">')[2].partition("</script>")[0]
    found = json.loads(inner)
    assert found["starts"] == {"good": made_labs.GOOD.splitlines()}
    assert found["ignore"] == ["*.md", "</script>&"]
    assert {"says": "one line of source is edited", "file": "views.py"} in found["edits"]


def test_a_dockerfile_of_several_stages_cannot_be_explored(project, macros):
    file = project / "labs/build-cache/good.Dockerfile"
    file.write_text(f"FROM x AS y\n{file.read_text()}")
    with pytest.raises(LabInvalid, match="cannot be explored"):
        macros.cache_explorer("build-cache")


def test_a_dockerfile_is_included_as_it_is_with_the_other_lines_marked(project, macros):
    text = macros.dockerfile("build-cache", "good", "bad")
    head, *body, fence = text.rstrip().splitlines()
    file = project / "labs" / "build-cache" / "good.Dockerfile"
    assert "\n".join(body) == file.read_text().rstrip()
    assert (head[:3], fence) == ("```", "```")
    assert 'title="labs/build-cache/good.Dockerfile"' in head
    assert 'hl_lines="3 6"' in head


def test_a_fence_is_longer_than_any_in_the_file(project, macros):
    file = project / "labs" / "build-cache" / "good.Dockerfile"
    file.write_text(file.read_text() + "# ````\n")
    assert macros.dockerfile("build-cache", "good").startswith("````` dockerfile")


def test_only_lines_that_the_other_lacks_are_marked():
    assert lessons.changed_lines("a\nb\nc\n", "a\nX\nc\nd\n") == [2, 4]
    assert lessons.changed_lines("a\n", "a\n") == []


def test_the_mistakes_of_a_lab_are_shown_with_what_they_turned_red(macros):
    rows = macros.mistakes("build-cache").splitlines()[2:]
    assert rows[:-2] == [
        "| All is copied &#124; first. | After an edit a deploy moves at most a tenth of what it "
        "moved. |",
        "| The USER line is missing. | PID 1 has a user of its own. |",
    ]


def test_an_exercise_shows_task_file_claims_and_command_and_not_the_solution(macros):
    text = macros.exercise("build-cache")
    assert text.startswith("Mend the **Dockerfile**.\n")
    assert "`labs/build-cache/exercise/Dockerfile`" in text
    assert f"``` dockerfile\n{made_labs.BAD}```\n" in text
    assert "```sh\n./run advices -- check-exercise build-cache\n```" in text
    assert "`./run advices -- check-exercise build-cache --solution`" in text
    # The start is the made-up bad image, of 300 MB, beside the good one of 140 MB.
    assert "larger than the solution's. | 300 MB | 140 MB |" in text
    assert "| PID 1 has a user of its own. | 1000 | 1000 |" in text
    assert "COPY requirements.txt" not in text
    assert "USER 1000" not in text


def test_an_exercise_that_was_not_measured_is_an_error(project, macros):
    (project / "docs/results/exercises/build-cache.json").unlink()
    with pytest.raises(ResultInvalid, match=r"there is no result build-cache\.json"):
        macros.exercise("build-cache")


def test_what_turns_one_dockerfile_into_another_is_shown_without_the_rest(project, macros):
    lab = project / "labs" / "build-cache"
    (lab / "bad.Dockerfile").write_text("FROM a\nCOPY . .\nRUN install\nUSER 1:1\n")
    (lab / "good.Dockerfile").write_text("FROM a\nCOPY list .\nRUN install\nCOPY . .\nUSER 1:1\n")
    assert macros.changes("build-cache", "bad", "good") == (
        "``` diff\n+COPY list .\n+RUN install\n COPY . .\n-RUN install\n```\n"
    )
    assert macros.changes("build-cache", "bad", "bad") == "``` diff\n\n```\n"
