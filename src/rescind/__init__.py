"""Sign-in for Python where access can be taken back before the next request.

>>> from rescind import Rescind
>>> auth = Rescind("memory://")
>>> issued = auth.sessions.start("ada", method="password")
>>> auth.check(issued.token).principal_id
'ada'
>>> print(auth.revoke(principal="ada", reason="left the company").state)
final
>>> auth.check(issued.token).code
'revoked'
"""

from rescind.engine import Rescind
from rescind.errors import (
    ConfigurationError,
    Conflict,
    MissingExtra,
    NoAccounts,
    NotFound,
    Overloaded,
    PasswordRejected,
    Refused,
    RescindError,
    RevocationUnknown,
    SchemaMissing,
    SchemaTooNew,
    StoreUnavailable,
    UseAio,
)
from rescind.model.principal import Standing
from rescind.model.session import Issued, Session, SessionSummary
from rescind.policy.guarantee import bounded
from rescind.revocation.outage import Health
from rescind.revocation.receipt import Receipt

__version__ = "0.1.0.dev0"

__all__ = [
    "ConfigurationError",
    "Conflict",
    "Health",
    "Issued",
    "MissingExtra",
    "NoAccounts",
    "NotFound",
    "Overloaded",
    "PasswordRejected",
    "Receipt",
    "Refused",
    "Rescind",
    "RescindError",
    "RevocationUnknown",
    "SchemaMissing",
    "SchemaTooNew",
    "Session",
    "SessionSummary",
    "Standing",
    "StoreUnavailable",
    "UseAio",
    "__version__",
    "bounded",
]
