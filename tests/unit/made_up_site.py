"""The macros of a site whose labs and results are made up."""

from pathlib import Path

import factory
import pytest

from advices.site import registration

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A project with made-up labs and results."""
    return factory.project(tmp_path)


@pytest.fixture
def macros(project):
    return registration.Macros(
        project / "labs", project / "docs", lambda: "chapters/build-cache.md"
    )
