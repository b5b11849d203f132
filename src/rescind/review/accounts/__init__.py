"""Accounts looked up by what somebody typed, and passwords held against their hashes."""
