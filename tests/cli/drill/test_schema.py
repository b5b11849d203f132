"""``rescind drill schema``"""

from __future__ import annotations

import json

import pytest
from tests.cli.shell import Shell

from rescind.drill.schema import schema


@pytest.mark.parametrize("line", ["drill schema", "drill schema --json"])
def test_it_is_the_schema(shell: Shell, line: str) -> None:
    done = shell(line)
    assert (done.code, done.object) == (0, json.loads(json.dumps(schema())))
