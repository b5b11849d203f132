"""Packages that stand before routes and ask functions of the application: what they hand to them, and which
answer refuses.

They are known, and not read: what they do between a decorator and such a function goes by names that are put
together and by objects of the running application.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rescind.paths.packaged import authlib, httpauth, jwt_extended, security
from rescind.paths.packaged.package import Package

PACKAGES = (jwt_extended.PACKAGE, httpauth.PACKAGE, security.PACKAGE, authlib.PACKAGE)


def package_of(row: Mapping[str, Any]) -> Package | None:
    """The package that made a callable, if it is one of them."""
    return next((each for each in PACKAGES if each.made(row)), None)
