"""What is explored: what must hold, what must be possible, and the mistakes that must be found.

``docs/formal.md`` shows these tables; ``tests/formal/test_table.py`` keeps the page and the tables equal.
"""

from __future__ import annotations

from dataclasses import dataclass

ACCEPTED = "!((g_end>s_evidence))"
"""The assertion that breaks when somebody is let in whom a final `end` has ended."""
OUTDATED = "!((g_changed>stamp))"
"""The same for facts that are older than a final `changed`."""
LEFT_OPEN = "(told[w]||"
"""The same for a live connection that nobody closes."""
UNTIMELY = "(applied||"
"""The same in ``clocks``: the receipt is final and the worker trusts what it has read before."""
REMEMBERED = "(g)&& !(knew)"
"""The same in ``births``, from memory."""
BELIEVED = "((live&&(final||"
"""The same in ``births``, by the authority."""
NEWCOMER = "!(((live&& !(waits))"
"""The same in ``births``, by a process that knows nothing of what was lost."""
FOR_EVER = "acceptance cycle"
"""What is waited for never happens."""


@dataclass(frozen=True)
class Run:
    """One exploration.

    Attributes:
        name: what is special about it, in a few words.
        switches: names that the model asks for, divided by blanks; the model has the defaults.
        wrong: ``None``: everything must hold. Otherwise how what the checker must find begins.
        formula: checked under weak fairness; ``None``: the assertions, and that nobody is stuck.
        size: ``quick`` (seconds), ``long`` (a minute) or ``large`` (``make formal LARGE=1``).
        model: the file.
    """

    name: str
    switches: str = ""
    wrong: str | None = None
    formula: str | None = None
    size: str = "quick"
    model: str = "revocation"


@dataclass(frozen=True)
class Mistake(Run):
    """One mistake; ``name`` is that of ``tests/mutations/table.py`` where the code can make it."""

    wrong: str | None = ACCEPTED


def possible(
    event: str, name: str, switches: str = "", size: str = "quick", model: str = "revocation"
) -> Run:
    """What must be reachable, or the model says nothing about it."""
    return Run(name, f"SEEK={event} {switches}".strip(), "assertion violated ((", size=size, model=model)


def clocks(name: str, switches: str) -> Mistake:
    """A mistake with clocks."""
    return Mistake(name, switches, UNTIMELY, model="clocks")


def births(name: str, switches: str, wrong: str = BELIEVED) -> Mistake:
    """A mistake with a log that goes backwards."""
    return Mistake(name, switches, wrong, model="births")


HOLDS = (
    Run("one revocation", "REVOKERS=1"),
    Run("entries leave the index", "REVOKERS=1 PRUNE"),
    Run("records known to be clean", "REVOKERS=1 MARKS"),
    Run("a worker comes back to another log", "REVOKERS=1 ANEW"),
    Run("two threads of a worker", "REVOKERS=1 TWO_THREADS"),
    Run("workers retired at any time", "REVOKERS=1 WATCHERS"),
    Run("a sign-in races it", "REVOKERS=1 SIGN_IN"),
    Run("a live connection", "REVOKERS=1 STREAM"),
    Run("a worker of an older version", "REVOKERS=1 OLD"),
    Run("every check strict, two revocations, sign-in, prune", "STRICT SIGN_IN PRUNE"),
    Run("every barrier ends, whoever dies", "REVOKERS=1 LIVENESS", formula="ends"),
    Run("who is live is let in, whoever dies", "REVOKERS=1 LIVENESS", formula="served"),
    Run("one clock per party, rates 10 % apart", model="clocks"),
    Run("the log goes backwards once", model="births"),
    Run("who starts on a server that took over", "NEWCOMER", size="long", model="births"),
    Run("two revocations", size="long"),
    Run("two ends and a sign-in", "FIRST=END SIGN_IN", size="long"),
    Run("two ends and a live connection", "FIRST=END STREAM NOBODY_LEAVES", size="long"),
    Run("two changes, records known to be clean", "FIRST=CHANGED MARKS NOBODY_LEAVES", size="long"),
    Run("two workers", "WORKERS=2 REVOKERS=1 FIRST=END NOBODY_LEAVES", size="long"),
    Run("an end is pruned", "PRUNE HISTORY=1 FIRST=END SECOND=ELSE NOBODY_LEAVES", size="long"),
    Run("a change is pruned", "PRUNE FIRST=CHANGED SECOND=ELSE NOBODY_LEAVES", size="long"),
    Run("the floor in the index alone", "FLOOR_ONLY PRUNE FIRST=END SECOND=ELSE", size="long"),
    Run("every check strict, three revocations", "REVOKERS=3 STRICT SIGN_IN PRUNE", size="large"),
    Run(
        "a sign-in, an end that is pruned", "PRUNE SIGN_IN FIRST=END SECOND=ELSE NOBODY_LEAVES", size="large"
    ),
    Run(
        "a change is pruned, and below",
        "PRUNE HISTORY=1 FIRST=CHANGED SECOND=ELSE NOBODY_LEAVES",
        size="large",
    ),
    Run("two of any kind, pruned", "PRUNE", size="large"),
    Run("two workers that leave and come", "WORKERS=2 REVOKERS=1 FIRST=END", size="large"),
    Run("two workers, watchers", "WORKERS=2 REVOKERS=1 FIRST=END NOBODY_LEAVES WATCHERS", size="large"),
    Run("two revocations, watchers", "FIRST=END WATCHERS", size="large"),
)

POSSIBLE = (
    possible(
        "ACCEPTED_FROM_MEMORY", "a check from memory is let in after a change that is final", "REVOKERS=1"
    ),
    possible("REFUSED_FROM_INDEX", "the index refuses a record", "REVOKERS=1"),
    possible("FINAL_BY_ACK", "a barrier ends because a worker has confirmed", "REVOKERS=1"),
    possible("FINAL_BY_TERM", "a barrier ends because a term has passed", "REVOKERS=1"),
    possible("ALL_FINAL", "two receipts are final", ""),
    possible("RETIRED_FOUND_OUT", "a worker finds out that it was retired", "REVOKERS=1"),
    possible("FORGOTTEN", "a retired row is deleted", "REVOKERS=1"),
    possible("LEFT", "a worker leaves while it trusts memory", "REVOKERS=1"),
    possible("NOT_BELIEVED", "a check meets an index that is being filled anew", "REVOKERS=1 ANEW"),
    possible(
        "CLEAN_AT_ONCE", "a record needs no second look after a change that is final", "REVOKERS=1 MARKS"
    ),
    possible(
        "SIGN_IN_OVERTAKEN", "a sign-in is refused because an end has overtaken it", "REVOKERS=1 SIGN_IN"
    ),
    possible("STREAM_TOLD", "a live connection is closed", "REVOKERS=1 STREAM"),
    possible("STRICT_FOR_GOOD", "an older version meets an entry that it does not know", "REVOKERS=1 OLD"),
    possible("TRIMMED", "the index drops entries while records are cached", "REVOKERS=1 PRUNE"),
    possible("BELOW_FLOOR", "a record is read again only because it is below the floor", "REVOKERS=1 PRUNE"),
    possible(
        "STARTED_OVER",
        "a worker starts over because it is below the floor",
        "PRUNE HISTORY=1 FIRST=ELSE NOBODY_LEAVES",
        size="long",
    ),
    possible("FINAL_WHILE_TRUSTED", "a receipt is final while a worker trusts memory", model="clocks"),
    possible("TRUST_RAN_OUT", "a worker knows that its trust has run out", model="clocks"),
    possible("FINAL_AND_UNKNOWN", "a receipt is final and the worker has not heard of it", model="clocks"),
    possible("LOST_WHILE_WAITING", "the log goes backwards under a barrier", model="births"),
    possible("NUMBER_TAKEN", "the number of a lost entry is taken by another", model="births"),
    possible(
        "NEWCOMER_WAITED",
        "only waiting keeps a newcomer from letting in whom a lost end has ended",
        "NEWCOMER",
        model="births",
    ),
    possible("NEWCOMER_REFUSED", "a newcomer meets the new log of who knew", "NEWCOMER", model="births"),
    possible("NEWCOMER_LET_IN", "a newcomer lets in who is live", "NEWCOMER", model="births"),
    possible("NOTICED_BY_REVOKER", "a revoker finds its entry lost", model="births"),
    possible("NOTICED_BY_WORKER", "a worker finds that the log went backwards", model="births"),
    possible("REFUSED_AS_BACKWARDS", "a strict check finds that the log went backwards", model="births"),
    possible("ROW_WAS_LOST", "the registry loses a worker that is alive", model="births"),
)

ISSUED_LATE = "MUT_ISSUED_AT_INSERT REVOKERS=1 SIGN_IN"
MISTAKES = (
    Mistake("deadline counted from the receipt of the reply", "MUT_DEADLINE_FROM_REPLY REVOKERS=1"),
    Mistake("acknowledging before applying", "MUT_ACK_FIRST REVOKERS=1"),
    Mistake("invalidating the cache without keeping the entry", "MUT_CACHE_ONLY REVOKERS=1"),
    Mistake("sequence numbers from autoincrement", "MUT_AUTOINCREMENT FIRST=END SECOND=ELSE"),
    Mistake("reading a replica", "MUT_REPLICA REVOKERS=1"),
    Mistake("a forked child with its parent's lease", "MUT_FORK_KEEPS_LEASE WORKERS=2 REVOKERS=1 FIRST=END"),
    Mistake(
        "waiting for the barrier inside the cause's transaction", "MUT_BARRIER_IN_TRANSACTION REVOKERS=1"
    ),
    Mistake("log snapshot before the registry row is visible", "MUT_READ_BEFORE_REGISTER REVOKERS=1"),
    Mistake("index read before the view", "MUT_INDEX_FIRST REVOKERS=1"),
    Mistake("`now()` of an open transaction", "MUT_SINCE_BEFORE_COMMIT REVOKERS=1"),
    Mistake("registry row deleted when it did not ack", "MUT_DELETE_ROW FIRST=ELSE SECOND=END"),
    Mistake("registry lost in a crash", "MUT_REGISTRY_LOST REVOKERS=1"),
    Mistake("worker id from host and pid", "MUT_SHARED_ID WORKERS=2 REVOKERS=1 FIRST=END"),
    Mistake("revoker with a shorter L than the worker", "MUT_SHORT_WAIT REVOKERS=1"),
    Mistake("catch-up across the floor", "MUT_ACROSS_FLOOR PRUNE FIRST=END SECOND=ELSE NOBODY_LEAVES"),
    Mistake("issued_seq read at the insert", ISSUED_LATE),
    Mistake("refresh child with a fresh issued_seq", ISSUED_LATE),
    Mistake("second revoke returning at once", "MUT_SECOND_AT_ONCE FIRST=END"),
    Mistake("fill without stamp", "MUT_NO_STAMP REVOKERS=1", OUTDATED),
    Mistake("socket registered after its check", "MUT_LISTENS_AFTER_CHECK REVOKERS=1 STREAM", LEFT_OPEN),
    Mistake("entry of unknown kind acknowledged", "MUT_ACK_UNKNOWN REVOKERS=1 OLD"),
    clocks("barrier by the authority's clock with a step", "MUT_WALL_CLOCK"),
    births("applied compared without birth", "MUT_BIRTH_NOT_COMPARED", REMEMBERED),
    # -- not in the protocol's list ------------------------------------------------------------------------
    Mistake("view published before the entries are in the index", "MUT_VIEW_FIRST REVOKERS=1"),
    Mistake(
        "a view published by a renewal that a leaver did not wait for", "MUT_LEAVE_DURING_RENEWAL REVOKERS=1"
    ),
    Mistake("an index believed while it is filled anew", "MUT_BELIEVED_WHILE_FILLED REVOKERS=1 ANEW"),
    Mistake("a look at the registry that began before it was asked for", "MUT_OLD_LOOK REVOKERS=1"),
    Mistake("a worker that leaves deletes its row before its view", "MUT_LEAVE_ROW_FIRST REVOKERS=1"),
    Mistake("a retired worker that goes on", "MUT_RETIRED_GOES_ON FIRST=ELSE SECOND=END"),
    Mistake("a record below the floor believed", "MUT_STAMP_BELOW_FLOOR REVOKERS=1 PRUNE"),
    Mistake("an index that forgets and keeps its floor", "MUT_TRIM_KEEPS_FLOOR REVOKERS=1 PRUNE"),
    Mistake("a record that stays clean although there is news", "MUT_MARK_KEPT REVOKERS=1 MARKS"),
    Mistake(
        "a prune that does not wait for a session being opened",
        "MUT_PRUNE_PASSES_INSERT PRUNE SIGN_IN STRICT",
    ),
    clocks("trust for the whole term", "MUT_WHOLE_TERM"),
    clocks("a lease clock that stands still in a suspend", "MUT_CLOCK_SLEEPS"),
    clocks("deadline counted from the reply, by the clocks", "MUT_DEADLINE_FROM_REPLY"),
    clocks("`now()` of an open transaction, by the clocks", "MUT_SINCE_BEFORE_COMMIT"),
    clocks("revoker with a shorter L than the worker, by the clocks", "MUT_SHORT_WAIT"),
    births("applied compared by its number alone", "MUT_IDS_NOT_COMPARED"),
    births("a registry believed on a server that nobody has watched", "MUT_SERVER_BELIEVED", REMEMBERED),
    births("a worker that forgets with its view how far it has read", "MUT_FORGETS_ITS_PLACE", REMEMBERED),
    births("a receipt that is final although its entry was lost", "MUT_NOT_VERIFIED"),
    births("an entry that is looked for only on an unwatched server", "MUT_VERIFIES_IF_UNWATCHED"),
    births("an entry that is looked for by its number alone", "MUT_NUMBERS_ONLY"),
    births("a new birth that nobody waits for", "MUT_BIRTH_NOT_WAITED_FOR", REMEMBERED),
    births("a server that took over believed at once", "NEWCOMER MUT_TAKEOVER_BELIEVED", NEWCOMER),
    births(
        "a server that took over waited for by what its registry says alone",
        "NEWCOMER MUT_TERM_OF_ITS_OWN",
        NEWCOMER,
    ),
    births(
        "a term since the commit, called a term of the server that took over",
        "NEWCOMER MUT_TERM_FROM_THE_COMMIT",
        NEWCOMER,
    ),
    Mistake(
        "a barrier that waits for acknowledgements only", "MUT_NO_TERM REVOKERS=1 LIVENESS", FOR_EVER, "ends"
    ),
    Mistake(
        "a refusal from memory that does not ask", "MUT_NEVER_ASKS REVOKERS=1 LIVENESS", FOR_EVER, "served"
    ),
)

PROTOCOL = (
    "deadline counted from the receipt of the reply",
    "acknowledging before applying",
    "invalidating the cache without keeping the entry",
    "sequence numbers from autoincrement",
    "reading a replica",
    "a forked child with its parent's lease",
    "waiting for the barrier inside the cause's transaction",
    "log snapshot before the registry row is visible",
    "index read before the view",
    "barrier by the authority's clock with a step",
    "`now()` of an open transaction",
    "registry row deleted when it did not ack",
    "registry lost in a crash",
    "worker id from host and pid",
    "revoker with a shorter L than the worker",
    "catch-up across the floor",
    "issued_seq read at the insert",
    "refresh child with a fresh issued_seq",
    "second revoke returning at once",
    "counter stored after commit",
    "counter incremented",
    "counter read on an open snapshot",
    "applied compared without birth",
    "fill without stamp",
    "socket registered after its check",
    "touch after an idle refusal",
    "entry of unknown kind acknowledged",
)
"""What is known to break the protocol, from its design."""

NO_COUNTER = "no counter: the model is the shape of PostgreSQL"
NOT_MODELLED = {
    "counter stored after commit": NO_COUNTER,
    "counter incremented": NO_COUNTER,
    "counter read on an open snapshot": NO_COUNTER,
    "touch after an idle refusal": "no idle limits",
}
"""Of that list, what the models cannot say, and why."""

ALL: tuple[Run, ...] = (*HOLDS, *POSSIBLE, *MISTAKES)
