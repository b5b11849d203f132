"""Signed access tokens: a JWT that can be taken back. Needs the extra ``rescind[jwt]``."""
