/*
 * The revocation protocol where freshness rests on the lease alone: the shape of PostgreSQL.
 *
 * One authority (log, registry, one session row), WORKERS workers, REVOKERS revokers with one revocation each.
 * formal/table.py says with which sizes it is run. Names that turn something on:
 *
 *   SIGN_IN   the session is opened by a sign-in that races the revocations; otherwise it is there from the start
 *   PRUNE     entries are removed from the log, the index in memory is trimmed, workers start over
 *   WATCHERS  a worker that is behind may be retired at any time, not only by a barrier whose term has passed
 *   OLD       worker 0 runs a version that does not understand `end` entries
 *   STREAM    worker 0 has a live connection that must be closed when its session ends
 *   MARKS     a record that was found clean under the view that holds is answered without the index
 *   LIVENESS  a worker may die for good; the formulas at the end are checked under weak fairness
 *   TWO_THREADS   of worker 0 check at the same time
 *   FIRST=, SECOND=   what the first and the second revocation is, END, CHANGED or ELSE; otherwise any of them
 *   ANEW      a worker that joins again may find another log and start over
 *   STRICT    nobody answers from memory: no keepers
 *   HISTORY=1 there is an entry from before the session
 *   NOBODY_LEAVES     workers do not stop cleanly and start again
 *   FLOOR_ONLY   who is below the floor of the log goes on; only what memory holds from before it is read again
 *   MUT_*     one mistake each: the checker must find what it breaks
 *   SEEK      an event that must be possible: the checker must find it, or the model says nothing
 *
 * THE PROMISE. A check notes, when it starts, which revocations have a final receipt. If it accepts then, the
 * evidence for the session is not older than any final `end`, and the facts it answers with are not older than
 * any final `changed`: promise().
 *
 * STEPS. One step is one statement at the authority (one snapshot, or one commit) or one assignment in memory.
 * Between two steps anything else may happen and any time may pass: every party may be paused anywhere. A process
 * that died is one that never moves again; its successor is another worker. Two acts are one step where a pause
 * between them could only help: t0 and the read (an earlier t0 ends trust earlier), the view and the clock (a later
 * clock finds it older), commit and the start of the wait (a later start waits longer).
 *
 * TIME. There is no shared clock and no clock at all: what the protocol uses of time is one fact, that a stretch
 * of trust (0.8 L by the worker's clock, from its t0) never contains a whole wait (L by the clock of the revoker or
 * watcher) that began after t0. clocks.pml shows it for clocks whose rates differ by 10 % either way. So here a
 * wait may end at any moment, and in that moment everything trusted since before it began is over. A view carries
 * a bit for each wait that began after its t0; a wait that ends voids the views that carry its bit. Runs of any
 * length are covered. Of what real clocks exclude this leaves some possible (two waits inside two overlapping
 * stretches of trust), so what holds here holds there. Trust may end earlier too: a check may always ask the row.
 */

#ifndef WORKERS
#define WORKERS 1
#endif
#ifndef REVOKERS
#define REVOKERS 2
#endif
#ifndef HISTORY
#define HISTORY 0
#endif
#define LAST (REVOKERS + HISTORY)	/* the highest number that an entry can get */
#ifndef ROWS
#define ROWS (WORKERS + 1)	/* a retired row stays for a while beside the new one of the same worker */
#endif
#define OVER 255			/* of a view: not trusted any more, or there is none */
#define NONE 255

#define END 1			/* ends the session; with SIGN_IN all sessions of its principal */
#define CHANGED 2		/* the facts of its principal differ */
#define ELSE 3			/* concerns somebody else */

#define FREE 0
#define ACTIVE 1
#define RETIRED 2

/* Events that must be possible; each is sought by a run of its own: -DSEEK=STARTED_OVER */
#define ACCEPTED_FROM_MEMORY 1
#define REFUSED_FROM_INDEX 2
#define FINAL_BY_ACK 3
#define FINAL_BY_TERM 4
#define ALL_FINAL 5
#define RETIRED_FOUND_OUT 6
#define FORGOTTEN 7
#define STARTED_OVER 8
#define SIGN_IN_OVERTAKEN 9
#define STREAM_TOLD 10
#define BELOW_FLOOR 11
#define STRICT_FOR_GOOD 12
#define LEFT 13
#define TRIMMED 14
#define NOT_BELIEVED 15
#define CLEAN_AT_ONCE 16
#ifndef SEEK
#define SEEK 0
#endif
#define seek(event, found) assert(SEEK != event || !(found))

/* -- the authority --------------------------------------------------------------------------------------- */
byte head, log_floor;
byte kind[LAST + 1];
bool there[LAST + 1];	/* committed and not pruned */
byte row_state[ROWS], row_acked[ROWS];
bool s_exists, s_ended;		/* the row of the session, and its durable mark */
#ifdef SIGN_IN
bool inserting;			/* the row is inserted and not committed: a prune waits for it */
#endif
byte s_issued;			/* its issued_seq */
#ifdef MUT_AUTOINCREMENT
byte numbered;
#endif

#ifdef LIVENESS
bool passed[REVOKERS];		/* the revoker's term has passed */
#endif

/* -- for the promise ------------------------------------------------------------------------------------- */
byte s_evidence;		/* the head when the evidence for the session was really read */
byte final_end, final_changed;	/* the newest of each kind that has a final receipt */
byte begun, done;		/* revokers that have begun, that have their receipt */
#ifdef LIVENESS
bool accepted;
#endif

/* -- each worker's memory -------------------------------------------------------------------------------- */
byte mine[WORKERS];		/* its row */
byte applied[WORKERS];		/* every entry up to here is in the index */
byte view[WORKERS];		/* the published view: the waits that began after its t0, or OVER */
byte asked[WORKERS];		/* the same of the keeper's read that is under way */
byte i_end[WORKERS], i_changed[WORKERS];	/* the index: the newest of each kind */
bool c_there[WORKERS];		/* the cached record */
byte c_stamp[WORKERS];		/* the head that was read with its row */
bool i_filling[WORKERS];	/* it is being filled anew: not to be believed */
#ifdef PRUNE
byte i_floor[WORKERS];
#endif
#ifdef MARKS
byte c_mark[WORKERS];		/* the `applied` of the view under which the record was found clean, or NONE */
#define forget_mark() mark = 0; seen = 0
#else
#define forget_mark() skip
#endif
#ifdef STREAM
bool listening[WORKERS], told[WORKERS];
byte heard[WORKERS];		/* the newest `end` that listeners were told of */
#endif

/* -- revokers and watchers ------------------------------------------------------------------------------- */
byte waits[REVOKERS];		/* rows that are waited for, a bit each */

hidden byte i, j;		/* for loops within a step */

#define max(a, b) (a > b -> a : b)

/* -- time ------------------------------------------------------------------------------------------------ */
#define of_revoker(r) (1 << r)			/* the bit of each wait */
#define of_row(row) (1 << (REVOKERS + row))

#define marked(age, flag) (age < OVER -> age | flag : age)
#define unmarked(age, flag) (age < OVER -> age & ~flag : age)
#define outlived(age, flag) (age < OVER && (age & flag) -> OVER : age)

inline begin_wait(flag) {
	for (j : 0 .. WORKERS - 1) {
		view[j] = marked(view[j], flag); asked[j] = marked(asked[j], flag)
	};
	j = 0
}

inline give_up_wait(flag) {
	for (j : 0 .. WORKERS - 1) {
		view[j] = unmarked(view[j], flag); asked[j] = unmarked(asked[j], flag)
	};
	j = 0
}

inline end_wait(flag) {	/* no trust contains a whole wait */
	for (j : 0 .. WORKERS - 1) {
		view[j] = outlived(view[j], flag); asked[j] = outlived(asked[j], flag)
	};
	j = 0
}

/* -- the registry ---------------------------------------------------------------------------------------- */
inline retire(row) {
	if :: row_state[row] == ACTIVE -> begin_wait(of_row(row)) :: else fi;
	row_state[row] = RETIRED
}

/* Ids are random: who comes to the same place in this array later is not taken for the former. */
inline delete(row) {
	give_up_wait(of_row(row));
	row_state[row] = FREE;
	row_acked[row] = 0;
	for (j : 0 .. WORKERS - 1) { if :: mine[j] == row -> mine[j] = NONE :: else fi };
	for (j : 0 .. REVOKERS - 1) { waits[j] = waits[j] & ~(1 << row) };
	j = 0
}

/* Whoever watches the registry: forgets a worker that stayed retired for a term. */
proctype Watcher(byte row) {
	do
#ifdef WATCHERS
	:: d_step { row_state[row] == ACTIVE && row_acked[row] < head -> retire(row) }
#endif
	:: d_step { row_state[row] == RETIRED -> seek(FORGOTTEN, true); end_wait(of_row(row)); delete(row) }
#ifdef MUT_REGISTRY_LOST
	:: d_step { row_state[row] != FREE -> delete(row) }	/* an unlogged table, a crash */
#endif
	od
}

/* -- revoking -------------------------------------------------------------------------------------------- */
#ifdef SIGN_IN
#define ENDED_ALREADY false	/* an `end` of a principal speaks of sessions that nobody can see yet */
#else
#define ENDED_ALREADY s_ended
#endif

inline unconfirmed(goal, mask) {	/* in a new snapshot */
	for (i : 0 .. ROWS - 1) {
		if :: row_state[i] != FREE && row_acked[i] < goal -> mask = mask | (1 << i) :: else fi
	};
	i = 0
}

#if defined(MUT_BARRIER_IN_TRANSACTION) || defined(MUT_SINCE_BEFORE_COMMIT)
#define BEGIN_WAIT skip
#else
#define BEGIN_WAIT begin_wait(of_revoker(r))
#endif

#ifdef FIRST
#ifndef SECOND
#define SECOND FIRST
#endif
inline choose(what) { what = (r == 0 -> FIRST : SECOND) }
#else
inline choose(what) { if :: what = END :: what = CHANGED :: what = ELSE fi }
#endif

/* All revokers are alike: without loss they begin in the order of their numbers. */
inline its_turn() { begun >= r -> begun = max(r + 1, begun) }

inline commit(goal) {
#ifdef MUT_AUTOINCREMENT
	atomic {	/* the number at the insert, the commit later */
		its_turn();
		choose(what);
		numbered++; goal = numbered; kind[goal] = what
	};
	d_step {
		there[goal] = true;
		head = max(goal, head);
		if :: what == END -> s_ended = true :: else fi;
		BEGIN_WAIT
	}
#else
	atomic {	/* state change, entry and number at once; what has ended already appends nothing */
		its_turn();
		choose(what);
		d_step {
			if
			:: what != END || !ENDED_ALREADY ->
				head++;
				kind[head] = what;
				there[head] = true;
				if :: what == END && s_exists -> s_ended = true :: else fi
			:: else -> nothing = true
			fi;
			goal = head;
			BEGIN_WAIT
		}
	}
#endif
}

/* Where it is asked whether something happens in the end, a process of its own says that a term has passed. */
#ifdef LIVENESS
#define TERM_MAY_PASS passed[r]
#define TERM_MAY_LAST !passed[r]
proctype Term(byte r) { waits[r] > 0 -> passed[r] = true }
#else
#define TERM_MAY_PASS true
#define TERM_MAY_LAST true
#endif

inline barrier(goal) {	/* which rows are there after the commit, then: who of them is left? */
#ifdef MUT_OLD_LOOK		/* shared with somebody who asked for it before our commit */
	waits[r] = seen_early;
#else
	d_step { unconfirmed(goal, rows); waits[r] = rows; rows = 0 };
#endif
	do	/* look: of these rows, who has neither confirmed nor gone? */
	:: d_step { unconfirmed(goal, rows); rows = rows & waits[r]; done_waiting = (rows == 0); rows = 0 };
	   if
	   :: done_waiting -> seek(FINAL_BY_ACK, row_state[0] == ACTIVE); break
#ifndef MUT_NO_TERM
	   :: !done_waiting && TERM_MAY_PASS -> d_step {	/* the term has passed */
		seek(FINAL_BY_TERM, true);
#ifndef MUT_SHORT_WAIT
		end_wait(of_revoker(r));
#endif
		for (i : 0 .. ROWS - 1) {
			if
#ifdef MUT_DELETE_ROW
			:: (waits[r] & (1 << i)) && row_acked[i] < goal -> delete(i)
#else
			:: (waits[r] & (1 << i)) && row_acked[i] < goal -> retire(i)
#endif
			:: else
			fi
		}
		}
		break
#endif
	   :: !done_waiting && TERM_MAY_LAST	/* and again */
	   fi
	od;
	atomic { give_up_wait(of_revoker(r)); waits[r] = 0 }
}

proctype Revoker(byte r) {
	byte what, goal, rows;
	bool done_waiting, nothing;
#ifdef MUT_OLD_LOOK
	byte seen_early;
	d_step { its_turn(); unconfirmed(head + 1, seen_early) };
#endif
#if defined(MUT_BARRIER_IN_TRANSACTION)
	d_step { its_turn(); goal = head + 1; begin_wait(of_revoker(r)) };
	barrier(goal);
	commit(goal);
#elif defined(MUT_SINCE_BEFORE_COMMIT)
	d_step { its_turn(); begin_wait(of_revoker(r)) };
	commit(goal);
	barrier(goal);
#else
	commit(goal);
#ifdef MUT_SECOND_AT_ONCE
	if :: nothing -> goto final :: else fi;
#endif
	barrier(goal);
#endif
final:	atomic {
		done++;
		for (i : 1 .. LAST) {
			if
			:: i <= goal && what == END && kind[i] == END -> final_end = max(i, final_end)
			:: else
			fi
		};
		if :: what == CHANGED -> final_changed = max(goal, final_changed) :: else fi;
		seek(ALL_FINAL, done == REVOKERS);
		what = 0;
		goal = 0;
		done_waiting = false;
		nothing = false
	}
}

#ifdef PRUNE
#if defined(SIGN_IN) && !defined(MUT_PRUNE_PASSES_INSERT)
#define MAY_PRUNE !inserting
#else
#define MAY_PRUNE true
#endif
/* At any time, whatever the clocks say; only the newest entry stays. What an `end` ended is marked with it. */
proctype Prune() {
	byte k = 1;
	do
	:: k < LAST -> k++
	:: d_step {
		k < head && there[k] && MAY_PRUNE ->
		there[k] = false;
		log_floor = max(k, log_floor);
		if :: kind[k] == END && s_exists && s_issued < k -> s_ended = true :: else fi
	   }
	:: k == LAST -> break
	od
}
#endif

/* One read of the authority: row, head, and the wider `end` entries newer than issued_seq. */
inline read_row(live) {
	live = s_exists && !s_ended;
	for (i : 1 .. LAST) {
		if :: there[i] && i <= head && kind[i] == END && i > s_issued -> live = false :: else fi
	};
	i = 0
}

#ifdef SIGN_IN
/* Reads the head, then the evidence, takes its time, inserts the row under the judge's eyes, commits. */
proctype SignIn() {
	byte mark;
	bool refused;
	mark = head;
	s_evidence = head;
#ifdef MUT_ISSUED_AT_INSERT
	mark = head;
#endif
	d_step {
		refused = mark < log_floor;
		for (i : 1 .. LAST) {
			if :: there[i] && i <= head && kind[i] == END && i > mark -> refused = true :: else fi
		};
		seek(SIGN_IN_OVERTAKEN, refused);
		inserting = !refused
	};
	d_step {
		if
		:: !refused -> s_exists = true; s_issued = mark; inserting = false
		:: else -> s_evidence = NONE	/* there is no session to speak of */
		fi;
		mark = 0;
		refused = false
	}
}
#endif

#include "worker.pml"

init {
	atomic {
		d_step {
			for (i : 0 .. WORKERS - 1) {
				mine[i] = NONE;
				i_filling[i] = true;
#ifdef MARKS
				c_mark[i] = NONE;
#endif
				view[i] = OVER;
				asked[i] = OVER
			};
			i = 0;
#if HISTORY > 0
			head = 1;
			kind[1] = ELSE;
			there[1] = true;
			s_issued = 1;
			s_evidence = 1;
#endif
#ifdef SIGN_IN
			s_evidence = NONE
#else
			s_exists = true
#endif
		};
#ifndef STRICT
		run Keeper(0);
#endif
		run Check(0);
#ifdef TWO_THREADS
		run Check(0);
#endif
		run Revoker(0);
		run Watcher(0); run Watcher(1);
#if WORKERS > 1
		run Keeper(1); run Check(1);
#endif
#ifdef LIVENESS
		run Term(0);
#if REVOKERS > 1
		run Term(1);
#endif
#endif
#if REVOKERS > 1
		run Revoker(1);
#endif
#if REVOKERS > 2
		run Revoker(2);
#endif
#if ROWS > 2
		run Watcher(2);
#endif
#ifdef SIGN_IN
		run SignIn();
#endif
#ifdef PRUNE
		run Prune();
#endif
#ifdef STREAM
		run Stream(0);
#endif
	}
}

#ifdef LIVENESS
/* Every barrier ends, whoever died. As long as nothing ended the session, some check accepts again and again. */
ltl ends { <> (done == REVOKERS) }
ltl served { [] (<> (accepted || s_ended)) }
#endif
