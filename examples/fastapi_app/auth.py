"""The engine, and what the routes ask."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import Depends

from rescind.fastapi import Rescind, Session

auth = Rescind(os.environ.get("RESCIND_URL", "memory://"), principal_id=int)  # opens nothing yet

CurrentSession = Annotated[Session[int], Depends(auth.require())]
Finance = Annotated[Session[int], Depends(auth.require(role="finance", fresh="5m"))]
Admin = Annotated[Session[int], Depends(auth.require(role="admin"))]
MaybeSession = Annotated[Session[int] | None, Depends(auth.optional())]
