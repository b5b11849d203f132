"""Errors of the driver as errors of rescind; and what is wrong with a place that cannot be connected to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from rescind.errors import ConfigurationError, RescindError, SchemaMissing, StoreUnavailable

UPGRADE = "run `rescind db upgrade`"
BY_STATE = {
    "55P03": "a lock was not to be had in time",
    "40P01": "two transactions waited for each other: run it again",
    "40001": "another transaction changed the same rows: run it again, or use READ COMMITTED",
    "53100": "the disk of the server is full: make room",
    "53300": "the server has no connection left: raise max_connections, or put a pooler in front of it",
    "25006": "the server is read-only: name the primary in the url",
    "25P02": "the database has rolled this unit back after an earlier fault: begin a new one",
    "57014": "the server gave the statement up (statement_timeout)",
    "25P03": "the unit was open and idle for too long, and the server ended it",
}


MENDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("password authentication failed", "no password supplied", "SCRAM", "authentication failed"),
        "the server refused user and password: correct them in the url, or set PGPASSWORD or ~/.pgpass",
    ),
    (
        ("no encryption", "SSL off", "server does not support SSL", "certificate"),
        "server and url differ about TLS: set ?sslmode=require, or verify-full with sslrootcert",
    ),
    (("no pg_hba.conf entry", "pg_hba.conf rejects"), "the server's pg_hba.conf does not let us in"),
    (('database "',), "the server has no such database: create it, or correct the url"),
    (('role "',), "the server knows no such role: create it, or correct the url"),
    (("could not translate host name", "Name or service not known"), "there is no such host"),
)
"""The driver's or the server's words, and what they mean."""


def translated(error: BaseException) -> RescindError:
    """The error of rescind for one of the driver's."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    state = getattr(error, "sqlstate", None) or ""
    said = str(error).partition("\n")[0].strip()
    if state in ("42P01", "42703", "3F000", "42883"):
        return SchemaMissing(f"url: {said}: {UPGRADE}")
    if state == "42501":
        return ConfigurationError(
            f"url: {said}: grant the role of the url SELECT, INSERT, UPDATE and DELETE on rescind's tables, "
            "and USAGE on their sequences"
        )
    if state in BY_STATE:
        return StoreUnavailable(f"{BY_STATE[state]} ({said})")
    return StoreUnavailable(f"the database did not answer: {said}")


@contextmanager
def translating() -> Iterator[None]:
    """Raises ``translated`` in place of the driver's errors, SQLAlchemy's wrapping included."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        raise translated(error) from error


def unconnected(error: psycopg.Error) -> RescindError:
    """Why there is no connection. The server's own words come in its language; what they mean is told by the
    code where the protocol carries one, and by the driver's English words otherwise."""
    said = " ".join(str(error).split())
    for words, mend in MENDS:
        if any(word in said for word in words):
            return ConfigurationError(f"url: {mend} ({said})")
    if "too many" in said:
        return StoreUnavailable(f"{BY_STATE['53300']} ({said})")
    return StoreUnavailable(f"the server cannot be reached: {said}")
