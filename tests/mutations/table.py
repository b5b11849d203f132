"""The lines of defence: each way to break the protocol, as a change of few lines, and the test that sees it.

``docs/adr`` shows this table; ``test_table.py`` keeps the page and the table equal.
"""

from __future__ import annotations

from tests.mutations.backwards import BACKWARDS
from tests.mutations.contents import CONTENTS
from tests.mutations.django import DJANGO
from tests.mutations.mutation import Mutation, Patch
from tests.mutations.outages import OUTAGES
from tests.mutations.tokens import TOKENS

WORKER = "rescind.revocation.worker"
CHECKS = "rescind.sessions.opaque"
MEMORY = "rescind.sessions.memory"
SQL = "rescind.stores.sqlalchemy"


MUTATIONS = (
    Mutation(
        "deadline counted from the receipt of the reply",
        (Patch(WORKER, "deadline = t0 + TRUST", "deadline = self._clock.lease() + TRUST"),),
        "tests/revocation/test_worker.py::test_the_deadline_counts_from_before_the_read",
    ),
    Mutation(
        "acknowledging before applying",
        (
            Patch(
                WORKER,
                "            self._store.acknowledge(self._id, view.applied,",
                "            self._store.acknowledge(self._id, self._store.head().seq,",
            ),
            Patch(WORKER, "if self.registered and view.applied > self._acked:", "if self.registered:"),
        ),
        "tests/revocation/test_worker.py::test_acknowledges_what_was_applied_and_only_when_it_moved",
    ),
    Mutation(
        "view published before the entries are in the index",
        (
            Patch(
                WORKER,
                "            for entry in renewal.entries:\n",
                "            self.view = View(renewal.head.birth, renewal.head.seq, t0 + self.lease)\n"
                "            for entry in renewal.entries:\n",
            ),
        ),
        "tests/revocation/test_worker.py::test_the_index_is_changed_before_the_view_is_published",
    ),
    Mutation(
        "invalidating the cache without keeping the entry",
        (
            Patch(
                "rescind.revocation.index",
                "tables.ends[key] = (*kept, entry)",
                "tables.ends.pop(key, None)",
            ),
            Patch(
                "rescind.core",
                "on_entries=self.streams.tell,",
                "on_entries=lambda _: self.cache.clear(),",
            ),
        ),
        "tests/sessions/test_opaque.py::test_a_fill_that_was_slow_does_not_bring_back_what_ended",
    ),
    Mutation(
        "a forked child with its parent's lease",
        (
            Patch(
                WORKER, "list(_workers):\n        worker.after_fork()", "list(_workers):\n        worker.pid"
            ),
        ),
        "tests/test_core.py::test_a_child_has_no_view_and_registers_for_itself",
    ),
    Mutation(
        "waiting for the barrier inside the cause's transaction",
        (
            Patch(
                "rescind.engine",
                "            return self.core.settle_joined(order.id, ended, connection, started)",
                "            return self.core.settlement(order.id, ended, started).run()",
            ),
        ),
        "tests/test_engine_joined.py::test_pending_until_the_commit_then_final",
    ),
    Mutation(
        "log snapshot before the registry row is visible",
        (
            Patch(
                WORKER,
                "                self._register()\n            return self._read_all()",
                "                early = self._store.renew('', 0)\n"
                "                self._register()\n"
                "                self._early = replace(early, registered=True)\n"
                "            return self._read_all()",
            ),
            Patch(
                WORKER,
                "            renewal = self._outage.watched(",
                "            renewal = self.__dict__.pop('_early', None) or self._outage.watched(",
            ),
        ),
        "tests/revocation/test_worker.py::test_registers_durably_before_the_first_read",
    ),
    Mutation(
        "index read before the view",
        (
            Patch(
                CHECKS,
                "            judged = self.remembered(self._trusted_view(), presented, tenant, touch)\n",
                "            early = self._cache.get(presented.digest or b'')\n"
                "            ended = early is not None and self._index.tables.ended(\n"
                "                early.keys, early.issued_seq, early.session.id)\n"
                "            view = self._trusted_view()\n"
                "            judged = self.remembered(None if ended else view, presented, tenant, touch)\n",
            ),
            Patch(
                MEMORY,
                "            or tables.ended(found.keys, found.issued_seq, found.session.id)\n",
                "",
            ),
        ),
        "tests/test_engine.py::test_final_means_that_no_worker_accepts",
    ),
    Mutation(
        "barrier by the authority's clock with a step",
        (
            Patch(
                "rescind.revocation.barrier",
                "        self._since = since\n",
                "        self._since = since\n        self._began = clock.wall() / 1e6\n",
            ),
            Patch(
                "rescind.revocation.barrier",
                "self._open is None, self._clock.lease() - self._since",
                "self._open is None, self._clock.wall() / 1e6 - self._began",
            ),
        ),
        "tests/revocation/test_barrier.py::test_a_stepped_wall_clock_neither_shortens_nor_lengthens_it",
    ),
    Mutation(
        "registry row deleted when it did not ack",
        (
            Patch(
                "rescind.revocation.registry",
                "self._store.retire(row.id, known.seq)",
                "self._store.deregister(row.id)",
            ),
        ),
        "tests/revocation/test_registry.py::test_a_dead_worker_is_retired_and_later_forgotten",
    ),
    Mutation(
        "registry lost in a crash",
        (Patch(WORKER, "if not renewal.registered:", "if False:"),),
        "tests/revocation/test_worker.py::test_a_row_that_the_registry_lost_means_no_view",
    ),
    Mutation(
        "worker id from host and pid",
        (
            Patch(
                WORKER,
                "worker_id, head = new_id(),",
                "worker_id, head = f'{socket.gethostname()}-{os.getpid()}',",
            ),
        ),
        "tests/revocation/test_worker.py::test_retired_means_no_view_until_registered_anew",
    ),
    Mutation(
        "revoker with a shorter L than the worker",
        (Patch("rescind.revocation.barrier", "elif waited >= row.term:", "elif waited >= 1.0:"),),
        "tests/revocation/test_barrier.py::test_each_row_is_waited_for_by_its_own_term",
    ),
    Mutation(
        "catch-up across the floor",
        (
            Patch(
                WORKER,
                "return applied < head.floor or renewal.applied_id != applied_id",
                "return renewal.applied_id not in (None, applied_id)",
            ),
        ),
        "tests/revocation/test_worker_history.py::test_a_pause_past_the_retention_starts_over",
    ),
    Mutation(
        "issued_seq read at the insert",
        (
            Patch(
                "rescind.flows.start_session",
                "replace(record, digest=minted.digest)",
                "replace(record, digest=minted.digest, issued_seq=unit.head().seq)",
            ),
        ),
        "tests/test_engine.py::test_a_sign_in_under_way_is_ended_too",
    ),
    Mutation(
        "second revoke returning at once",
        (
            Patch(
                "rescind.engine",
                "        return self.core.settlement(order.id, ended, started).run(wait=wait)",
                "        if ended.entry is None:\n"
                "            return Receipt('final', order.id, ended.head.seq, ended.matched)\n"
                "        return self.core.settlement(order.id, ended, started).run(wait=wait)",
            ),
        ),
        "tests/test_engine.py::test_nothing_to_end_appends_nothing_and_waits_for_the_head",
    ),
    Mutation(
        "counter stored after commit",
        (
            Patch(f"{SQL}.sqlite_unit", "        self._guard.announce(seq)\n", ""),
            Patch(
                f"{SQL}.sqlite_store",
                "        self._guard.committed(max(head.seq, unit.appended))",
                "        self._guard.announce(max(head.seq, unit.appended))\n"
                "        self._guard.committed(max(head.seq, unit.appended))",
            ),
        ),
        "tests/revocation/test_worker.py::test_an_append_ends_the_trust_at_once[sqlite]",
    ),
    Mutation(
        "counter incremented",
        (Patch(f"{SQL}.counter", "        self.word[0] = seq\n", "        self.word[0] += 1\n"),),
        "tests/revocation/test_worker.py::test_a_rolled_back_append_costs_one_renewal[sqlite]",
    ),
    Mutation(
        "counter read on an open snapshot",
        (
            Patch(
                f"{SQL}.sqlite",
                '        self.connection.execute("PRAGMA query_only = ON")\n',
                '        self.connection.execute("PRAGMA query_only = ON")\n'
                '        self.connection.execute("BEGIN")\n',
            ),
        ),
        "tests/revocation/test_worker.py::test_the_index_is_changed_before_the_view_is_published[sqlite]",
    ),
    Mutation(
        "applied compared without birth",
        (Patch("rescind.revocation.barrier", " and row.birth == self._head.birth", ""),),
        "tests/revocation/test_barrier.py::test_a_row_of_another_counter_or_log_has_not",
    ),
    Mutation(
        "fill without stamp",
        (Patch("rescind.revocation.cache", "stamp=facts.head.seq,", "stamp=1 << 62,"),),
        "tests/sessions/test_opaque.py::test_a_fill_that_was_slow_does_not_keep_old_roles",
    ),
    Mutation(
        "socket registered after its check",
        (
            Patch(
                "rescind.revocation.streams",
                "        self._streams[stream.number] = stream\n        self.served = True\n",
                "        self.served = True\n",
            ),
        ),
        "tests/revocation/test_streams.py::test_registered_first_and_checked_after_nothing_slips_between",
    ),
    Mutation(
        "touch after an idle refusal",
        (Patch(CHECKS, "return self._idle_ends.end(facts.record)\n", "return True\n"),),
        "tests/sessions/test_opaque_time.py"
        "::test_an_idle_refusal_ends_the_session_so_no_late_touch_brings_it_back",
    ),
    Mutation(
        "entry of unknown kind acknowledged",
        (
            Patch(
                WORKER,
                "            self._stop_trusting(str(error))\n",
                "            self._store.acknowledge(self._id, self._store.head().seq, at=0)\n",
            ),
        ),
        "tests/revocation/test_worker.py::test_an_unknown_entry_makes_it_strict_for_good_and_unacknowledged",
    ),
    Mutation(
        "sequence numbers from autoincrement",
        (
            Patch(
                f"{SQL}.postgres.unit",
                "        self.appended.append(entry.id)\n",
                "        self._execute('UPDATE rescind_revocation SET seq = '\n"
                "            'nextval(%s) WHERE id = %s', ('rescind_audit_event_n_seq', entry.id))\n"
                "        self.appended.append(entry.id)\n",
            ),
        ),
        "tests/stores/sqlalchemy/postgres/test_unit.py::test_an_open_entry_blocks_no_revocation",
    ),
    Mutation(
        "reading a replica",
        (Patch(f"{SQL}.postgres.link", "        if replica:\n", "        if False:\n"),),
        "tests/stores/sqlalchemy/postgres/test_link.py::test_a_replica_is_refused",
    ),
    # -- found while the tests were written ----------------------------------------------------------------
    Mutation(
        "a view published by a renewal that a leaver did not wait for",
        (Patch(WORKER, "        with self._lock:  # a renewal", "        if True:  # a renewal"),),
        "tests/revocation/test_worker.py::test_leaving_while_a_renewal_is_under_way_leaves_no_view",
    ),
    Mutation(
        "an index believed while it is filled anew",
        (Patch(MEMORY, "            or tables.birth != view.birth\n", ""),),
        "tests/sessions/test_opaque.py::test_an_index_being_filled_anew_is_not_believed",
    ),
    Mutation(
        "a profile's number written into another generation",
        (
            Patch(
                "rescind.revocation.cache",
                "cold.rows[key] = _pack(record, principal, cold)",
                "self._cold.rows[key] = _pack(record, principal, cold) if cold else b''",
            ),
        ),
        "tests/revocation/test_cache.py::test_emptied_while_a_row_is_packed_no_roles_are_mixed",
    ),
    Mutation(
        "a floor that sends every page back to the first",
        (Patch(WORKER, "        if paging:\n", "        if False:\n"),),
        "tests/revocation/test_worker_history.py::test_more_entries_below_the_floor_than_a_page_holds",
    ),
    Mutation(
        "everything counted before it is ended",
        (
            Patch(
                "rescind.flows.revoke",
                "        ended = _revoke(ctx, unit, order)\n",
                "        ctx.store.count(Selection(ctx.realm, order.scope, order.target), now=ctx.now())\n"
                "        ended = _revoke(ctx, unit, order)\n",
            ),
        ),
        "tests/flows/test_count_ended.py::test_access_has_ended_before_anything_is_counted",
    ),
    Mutation(
        "an answered idle refusal that gives way to activity",
        (Patch(CHECKS, "facts.record.id in self._idle_ends:", "facts.record.id == self._idle_ends:"),),
        "tests/revocation/test_idle_ends.py::test_between_the_answer_and_the_write_nobody_here_lets_it_in",
    ),
    Mutation(
        "a session that is being rotated read without its lock",
        (
            Patch(
                f"{SQL}.statements",
                'SESSION = Query(select(*SESSION_COLUMNS).where(row.id == param("id")).with_for_update())',
                'SESSION = Query(select(*SESSION_COLUMNS).where(row.id == param("id")))',
            ),
        ),
        "tests/stores/sqlalchemy/postgres/test_unit.py"
        "::test_whoever_ends_a_session_ends_what_it_is_being_rotated_to",
    ),
    Mutation(
        "a registry believed on a server that nobody has watched",
        (
            Patch(
                "rescind.revocation.barrier",
                "        if not look.incarnation.settled:\n",
                "        if False:\n",
            ),
        ),
        "tests/revocation/test_barrier.py::test_a_server_that_nobody_has_watched_is_waited_out",
    ),
    Mutation(
        "a look at the registry that began before it was asked for",
        (
            Patch(
                "rescind.revocation.looks",
                "            if upto >= mine:\n                return look\n            with self._count:",
                "            if upto:\n                return look\n            with self._count:",
            ),
        ),
        "tests/revocation/test_looks.py::test_nobody_gets_a_look_that_began_before_it_asked",
    ),
    *TOKENS,
    *OUTAGES,
    *CONTENTS,
    *BACKWARDS,
    *DJANGO,
)

NOT_HERE = {
    "`now()` of an open transaction": "no clock of a database is ever asked",
}
"""Of the protocol's list, what cannot be broken yet, and why."""

QUICK = ("index read before the view", "issued_seq read at the insert", "fill without stamp")
