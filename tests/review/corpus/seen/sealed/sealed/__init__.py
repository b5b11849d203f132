"""Signed tokens for services that talk to one another."""

from .errors import BadToken, Expired
from .keys import KeySet
from .tokens import Issuer, Verifier

__all__ = ["BadToken", "Expired", "Issuer", "KeySet", "Verifier"]
