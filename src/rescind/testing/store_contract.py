"""The tests that decide what a store is. Every store of rescind passes them, and so does yours::

    from rescind.testing import StoreContract

    class TestMyStore(StoreContract):
        def make(self):
            return MyStore(...)

The cases are grouped by concern in ``rescind.testing.store_cases``; ``docs/store-contract.md`` says what the
author of a store does.
"""

from __future__ import annotations

from rescind.testing.store_cases.birth import BirthCases
from rescind.testing.store_cases.data import DataCases
from rescind.testing.store_cases.ending import EndingCases
from rescind.testing.store_cases.forks import ForkCases
from rescind.testing.store_cases.joining import JoiningCases
from rescind.testing.store_cases.listing import ListingCases
from rescind.testing.store_cases.log import LogCases
from rescind.testing.store_cases.log_races import LogRaceCases
from rescind.testing.store_cases.people import PeopleCases
from rescind.testing.store_cases.prune import PruneCases
from rescind.testing.store_cases.registry import RegistryCases
from rescind.testing.store_cases.sessions import SessionCases
from rescind.testing.store_cases.silence import SilenceCases
from rescind.testing.store_cases.tokens import TokenCases
from rescind.testing.store_cases.touch import TouchCases
from rescind.testing.store_cases.unchanged import UnchangedCases
from rescind.testing.store_cases.units import UnitCases


class StoreContract(
    LogCases,
    LogRaceCases,
    SessionCases,
    UnchangedCases,
    EndingCases,
    ListingCases,
    TouchCases,
    TokenCases,
    DataCases,
    PeopleCases,
    UnitCases,
    JoiningCases,
    RegistryCases,
    PruneCases,
    BirthCases,
    ForkCases,
    SilenceCases,
):
    """Subclass it as ``Test...`` and write ``make``; a shared store also writes ``make_second``,
    one that joins transactions ``caller``, and one whose reads leave the process ``falls_silent``."""
