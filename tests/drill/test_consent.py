"""This machine and private networks may be asked at once; nobody else without being named."""

from __future__ import annotations

import pytest

from rescind.drill.consent import endpoints, system_resolver
from rescind.drill.errors import ConsentNeeded, PlanError


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.7", "fd00::1",
     "::ffff:127.0.0.1"],
)  # fmt: skip
def test_own_addresses_need_no_consent(address: str) -> None:
    (endpoint,) = endpoints(["http://app.internal:8000"], resolver=lambda host, port: [address])
    assert (endpoint.others, endpoint.address, endpoint.host) == (False, address, "app.internal")


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "192.169.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "2001:db8::1",
     "fe80::1", "::ffff:8.8.8.8", "11.0.0.1"],
)  # fmt: skip
def test_everybody_else_does(address: str) -> None:
    with pytest.raises(ConsentNeeded, match=r"--i-may-test app\.example"):
        endpoints(["http://app.example"], resolver=lambda host, port: [address])
    with pytest.raises(ConsentNeeded):
        endpoints(["http://app.example"], allow={"other.example"}, resolver=lambda host, port: [address])
    (endpoint,) = endpoints(
        ["http://app.example"], allow={"app.example"}, resolver=lambda host, port: [address]
    )
    assert endpoint.others


def test_one_public_address_among_private_ones_is_enough_to_ask() -> None:
    with pytest.raises(ConsentNeeded):
        endpoints(["http://app.example"], resolver=lambda host, port: ["10.0.0.1", "8.8.8.8"])


def test_names_of_this_machine() -> None:
    assert system_resolver("localhost", 80) == ["127.0.0.1"]
    assert system_resolver("notes-fastapi.localhost", 80) == ["127.0.0.1"]
    assert system_resolver("127.0.0.1", 80) == ["127.0.0.1"]


def test_parts_of_a_base() -> None:
    plain, tls, six = endpoints(
        ["http://localhost:8010/shop/", "https://127.0.0.1", "http://[::1]:8000"],
        resolver=lambda host, port: ["::1"],
    )
    assert (plain.authority, plain.prefix, plain.secure, plain.port) == (
        "localhost:8010",
        "/shop",
        False,
        8010,
    )
    assert (tls.authority, tls.secure, tls.port) == ("127.0.0.1", True, 443)
    assert six.authority == "[::1]:8000"
    assert plain.loopback


@pytest.mark.parametrize(
    "base", ["localhost:8000", "ftp://localhost", "http://", "http://u:p@localhost", "http://localhost/?a=1",
             "http://localhost:port"],
)  # fmt: skip
def test_what_is_no_base_is_refused(base: str) -> None:
    with pytest.raises(PlanError, match=r"target\.bases"):
        endpoints([base])


def test_a_name_that_does_not_resolve_is_named() -> None:
    def no(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    with pytest.raises(PlanError, match=r"nowhere\.invalid cannot be resolved"):
        endpoints(["http://nowhere.invalid"], resolver=no)
