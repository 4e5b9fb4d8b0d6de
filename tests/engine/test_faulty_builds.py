"""What faulty Dockerfiles are told by the real engine is what their recorded logs say."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulty_builds import FAULTY, order

from advices.core import AdvicesError
from advices.engine import connect

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("name", FAULTY)
def test_a_dockerfile_that_makes_no_image(name: str, tmp_path: Path, slim_stand_in: str) -> None:
    with pytest.raises(AdvicesError) as raised:
        connect().build(order(name, tmp_path, slim_stand_in))
    FAULTY[name].check(raised.value)
