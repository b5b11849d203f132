"""Statements that can take no parameters: what is made with ``CREATE TRIGGER`` is text alone.

The text is constant. What is put into its gaps are names of tables and columns, quoted by Django, expressions
made of them, and the realm, which ``watched`` has looked at.
"""

from __future__ import annotations

import re

GAP = re.compile(r"\{(\w+)\}")


def fill(text: str, **parts: str) -> str:
    """``text`` with each ``{name}`` replaced, once: what is put in is not looked at again.

    Raises:
        KeyError: a gap that nothing is given for.
    """
    return GAP.sub(lambda gap: parts[gap[1]], text)


STAY_ENDED = """UPDATE rescind_session
SET ended_at = (SELECT e.at {ends} ORDER BY e.seq LIMIT 1),
    ended_reason = (SELECT e.reason {ends} ORDER BY e.seq LIMIT 1),
    ended_by = (SELECT e.initiator {ends} ORDER BY e.seq LIMIT 1)
WHERE realm = {realm} AND ended_at IS NULL AND {whose} AND EXISTS (SELECT 1 {ends})"""
ENDS = """FROM rescind_principal p JOIN rescind_revocation e ON e.realm = p.realm AND e.target = p.tenant
    WHERE p.realm = rescind_session.realm AND p.id = rescind_session.principal_id
    AND e.kind = 'end' AND e.scope = 'tenant' AND (e.what & 1) <> 0
    AND (e.seq > rescind_session.issued_seq OR e.seq IS NULL)"""


def stay_ended(realm: str, whose: str) -> str:
    """Marks what was ended by the name of a tenant, before somebody moves: in another tenant nobody would
    look for that name. As ``SqlUnit.mark_before_moving`` does.

    Args:
        realm: quoted.
        whose: a condition on the row of the session.
    """
    return fill(STAY_ENDED, realm=realm, whose=whose, ends=ENDS)
