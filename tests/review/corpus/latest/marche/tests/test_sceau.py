import hashlib
import hmac
import os

CLE = "cle-de-test-0123456789abcdef"
os.environ["MARCHE_CLE_PAIEMENT"] = CLE

from marche.paiement import sceau  # noqa: E402


def test_sceau_du_corps():
    corps = b'{"reference": "R240101-7"}'
    assert sceau(corps) == hmac.new(CLE.encode(), corps, hashlib.sha256).hexdigest()


def test_corps_vide():
    assert len(sceau(b"")) == 64
