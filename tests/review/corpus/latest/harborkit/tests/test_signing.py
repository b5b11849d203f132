from harborkit.signing import link_is_good, same_version, sign, sign_link

KEY = "a-key-only-for-these-tests"


def test_link_is_good_until_its_end():
    link = sign_link(KEY, "/manifests/7", 60)
    ends, sig = link.split("?ends=")[1].split("&sig=")
    assert link_is_good(KEY, "/manifests/7", int(ends), sig)
    assert not link_is_good(KEY, "/manifests/8", int(ends), sig)


def test_signature_is_hex():
    assert len(sign(KEY, b"{}")) == 64


def test_patch_versions_are_the_same():
    assert same_version("3.7.1", "3.7.9")
    assert not same_version("3.7.1", "3.8.0")
