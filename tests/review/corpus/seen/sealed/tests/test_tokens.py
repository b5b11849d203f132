import jwt
import pytest

from sealed import BadToken, Issuer, KeySet, Verifier
from sealed.keys import Key

KEYS = KeySet({"k1": Key("k1", b"0123456789abcdef0123456789abcdef")})


def test_round_trip():
    token = Issuer(KEYS, "us").issue("7", "them")
    assert Verifier(KEYS, "us", "them").verify(token)["sub"] == "7"


def test_none_is_refused():
    token = jwt.encode({"sub": "7", "aud": "them", "iss": "us"}, None, algorithm="none", headers={"kid": "k1"})
    with pytest.raises(BadToken):
        Verifier(KEYS, "us", "them").verify(token)
