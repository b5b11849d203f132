from parcelry import links

KEY = b"a key that only this file knows"


def test_mac_depends_on_parcel():
    assert links.label_mac(1, 9, KEY) != links.label_mac(2, 9, KEY)


def test_mac_depends_on_key():
    assert links.label_mac(1, 9, KEY) != links.label_mac(1, 9, b"another")
