"""What files are called, and which file an import means."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.written import named, project


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["src/shop/__init__.py", "src/shop/a.py"], ["shop", "shop.a"]),
        (["shop/__init__.py", "shop/a.py", "manage.py"], ["manage", "shop", "shop.a"]),
        (["company/auth/a.py", "src/b/c.py"], ["company.auth.a", "b.c"]),
        (["one/app/__init__.py", "two/app/__init__.py"], ["app", "two.app"]),
        (["__init__.py", "a.py"], None),
    ],
)
def test_names(tmp_path: Path, files: list[str], names: list[str] | None) -> None:
    folder = tmp_path / "here"
    made = project(folder, dict.fromkeys(files, ""))
    assert sorted(module.name for module in made.modules) == sorted(names or ["here", "here.a"])


def test_imports_find_what_they_would_find(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        {
            "one/app/__init__.py": "",
            "one/app/main.py": "from app import models\nfrom app.models import X\nimport logging\n",
            "one/app/models.py": "from b import X",
            "one/app/logging.py": "",
            "two/app/__init__.py": "",
            "two/app/main.py": "from app.models import X\n"
            "from .models import X as Y\nfrom ..app import models\n",
            "two/app/models.py": "from c import X",
            "scripts/run.py": "from side import go\nimport json\n",
            "scripts/side.py": "from d import go",
            "scripts/json.py": "",
            "space/inner/a.py": "from space.inner.b import f\n",
            "space/inner/b.py": "from e import f",
        },
    )
    expected = {
        "one/app/main.py": {"X": "b.X", "models.X": "b.X", "logging.info": "logging.info"},
        "two/app/main.py": {"X": "c.X", "Y": "c.X"},
        "scripts/run.py": {"go": "d.go", "json.loads": "json.loads"},
        "space/inner/a.py": {"f": "e.f"},
    }
    for file, names in expected.items():
        module = made.module_at(tmp_path / file)
        assert module is not None
        assert {name: named(module, name) for name in names} == {name: [full] for name, full in names.items()}
    assert made.module_at(tmp_path / "nowhere.py") is None
