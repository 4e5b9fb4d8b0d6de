"""The macros of a site whose labs and results are made up."""

from pathlib import Path

import made_labs
import pytest

from advices.site import registration

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A project with made-up labs and results."""
    return made_labs.project(tmp_path)


@pytest.fixture
def macros(project):
    return registration.Macros(
        project / "labs", project / "docs", lambda: "chapters/build-cache.md"
    )
