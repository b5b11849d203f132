/*
 * The worker: its keeper, the threads that check, a live connection. Included by revocation.pml.
 * rescind/revocation/worker.py, index.py, streams.py and rescind/sessions/opaque.py are the code.
 */

/* -- its keeper ------------------------------------------------------------------------------------------ */
inline register() {	/* in a transaction of its own, durable when it returns */
#ifdef MUT_SHARED_ID		/* host and pid: the row of another, with what that one has confirmed */
	d_step {
		if :: row_state[0] == FREE -> row_acked[0] = 0 :: else fi;
		row_state[0] = ACTIVE;
		mine[w] = 0
	}
#else
	d_step {
		row_state[0] == FREE || row_state[ROWS - 1] == FREE || (ROWS > 2 && row_state[1] == FREE) ->
		i = 0;
		do :: row_state[i] != FREE -> i++ :: else -> break od;
		row_state[i] = ACTIVE;
		row_acked[i] = 0;
		mine[w] = i;
		i = 0
	}
#endif
}

#define forget_reply() asked[w] = OVER; r_head = 0; r_end = 0; r_changed = 0; r_row = false

/* Another log, or one whose floor has passed it: no view, no index, no cache, and all from the beginning. */
inline start_over() {
	d_step {
		view[w] = OVER;
		i_end[w] = 0;
		i_changed[w] = 0;
		i_filling[w] = true;
		applied[w] = 0;
#ifdef PRUNE
		i_floor[w] = 0;
		r_floor = 0;
#endif
		forget_reply()
	};
	c_there[w] = false
}

inline read_log() {	/* one statement, one snapshot: still active? head, floor, the entries after `applied` */
	r_row = mine[w] != NONE && row_state[mine[w]] == ACTIVE;
	r_head = head;
#if defined(PRUNE) && !defined(MUT_ACROSS_FLOOR)
	r_floor = log_floor;
#endif
	for (i : 1 .. LAST) {
		if
		:: i > applied[w] && i <= r_head && there[i] && kind[i] == END -> r_end = i
		:: i > applied[w] && i <= r_head && there[i] && kind[i] == CHANGED -> r_changed = i
		:: else
		fi
	};
	i = 0
}

inline apply() {	/* and, if that is too much, the index forgets: its floor rises with the same assignment */
	d_step {
#ifdef MUT_CACHE_ONLY		/* drops what is cached, keeps no entry */
		if :: r_end > 0 || r_changed > 0 -> c_there[w] = false :: else fi
#else
		i_end[w] = max(r_end, i_end[w]);
		i_changed[w] = max(r_changed, i_changed[w])
#endif
	};
#ifdef PRUNE
	if
	:: d_step {
		i_end[w] + i_changed[w] > 0 ->
		seek(TRIMMED, c_there[w]);
#ifndef MUT_TRIM_KEEPS_FLOOR
		i_floor[w] = max(i_floor[w], max(i_end[w], i_changed[w]));
#endif
		i_end[w] = 0;
		i_changed[w] = 0
	   }
	:: true
	fi
#endif
}

inline believe() {	/* the index holds all entries of this log from its floor on */
#ifdef PRUNE
	d_step { i_filling[w] = false; i_floor[w] = max(r_floor, i_floor[w]) }
#else
	i_filling[w] = false
#endif
}

inline publish() {	/* by one assignment; the deadline counts from t0 */
	d_step {
#ifdef MUT_MARK_KEPT		/* news, and yet what was clean needs no second look */
		if :: c_mark[w] == applied[w] -> c_mark[w] = r_head :: else fi;
#endif
		applied[w] = r_head;
#ifdef MUT_DEADLINE_FROM_REPLY
		view[w] = 0
#else
		view[w] = asked[w]
#endif
	}
}

inline acknowledge() {	/* its only write; does nothing to a row that is gone */
	d_step { if :: mine[w] != NONE -> row_acked[mine[w]] = max(r_head, row_acked[mine[w]]) :: else fi }
}

#ifdef STREAM
inline tell() {		/* live connections, by a thread of their own */
	d_step {
		if :: i_end[w] > s_issued -> told[w] = listening[w] || told[w] :: else fi;
		heard[w] = max(i_end[w], heard[w]);
		seek(STREAM_TOLD, told[w])
	}
}
#endif

inline deregister() { d_step { if :: mine[w] != NONE -> delete(mine[w]) :: else fi } }

/* Who has applied nothing can miss nothing that was removed: the floor that is published covers it. */
#if !defined(PRUNE) || defined(MUT_ACROSS_FLOOR) || defined(FLOOR_ONLY)
#define MUST_START_OVER false
#else
#define MUST_START_OVER (applied[w] > 0 && applied[w] < r_floor)
#endif

proctype Keeper(byte w) {
	byte r_head, r_end, r_changed;
	bool r_row;
#ifdef PRUNE
	byte r_floor;
#endif

#ifdef MUT_FORK_KEEPS_LEASE
	if
	:: w == 1 -> d_step {
		applied[1] = applied[0]; view[1] = view[0]; i_end[1] = i_end[0]; i_changed[1] = i_changed[0];
		i_filling[1] = i_filling[0]; c_there[1] = c_there[0]; c_stamp[1] = c_stamp[0]
	   };
	   goto dead	/* what it does before it has a row of its own is enough */
	:: w != 1
	fi;
#endif

join:
#ifdef MUT_READ_BEFORE_REGISTER
	start_over();
	d_step { asked[w] = 0; read_log() };
	register();
	apply(); believe(); publish(); acknowledge(); d_step { forget_reply() };
#else
	register();		/* and goes on from where it was */
#ifdef ANEW
	if :: start_over() :: true fi;
#endif
#endif
renew:	do
	:: d_step { asked[w] = 0; read_log() };	/* renew: the clock, then the read */
#ifdef MUT_REPLICA		/* which has not got there yet */
		if
		:: r_head > applied[w] -> d_step { r_head = applied[w]; r_end = 0; r_changed = 0 }
		:: true
		fi;
#endif
#ifdef MUT_LEAVE_DURING_RENEWAL	/* the leaver does not wait for a renewal that is under way */
		if :: true -> view[w] = OVER; deregister() :: true fi;
#endif
		if
#ifndef MUT_RETIRED_GOES_ON
		:: !r_row ->	/* retired or gone: no view until registered anew */
			seek(RETIRED_FOUND_OUT, mine[w] != NONE);
			d_step {
				view[w] = OVER;
				mine[w] = NONE;
#ifdef PRUNE
				r_floor = 0;
#endif
				forget_reply()
			};
			goto join
#endif
#ifdef PRUNE
		:: r_row && MUST_START_OVER ->
			seek(STARTED_OVER, c_there[w]);
			start_over();
			goto renew
#endif
		:: else
		fi;
#ifdef OLD
		if
		:: w == 0 && r_end > 0 ->
#ifdef MUT_ACK_UNKNOWN
			r_end = 0
#else
			seek(STRICT_FOR_GOOD, true);
			d_step { view[w] = OVER; forget_reply() };
			goto dead
#endif
		:: else
		fi;
#endif
#if defined(MUT_VIEW_FIRST)
		publish(); apply(); believe();
#elif defined(MUT_ACK_FIRST)
		acknowledge(); apply(); believe(); publish();
#else
		apply(); believe(); publish();
#endif
#ifdef STREAM
		tell();
#endif
		atomic {
			acknowledge();
			d_step {
#ifdef PRUNE
				r_floor = 0;
#endif
				forget_reply()
			}
		}
#ifndef NOBODY_LEAVES
	:: true ->	/* leave: the view first, then the row */
		seek(LEFT, view[w] < OVER);
#ifdef MUT_LEAVE_ROW_FIRST
		deregister();
		view[w] = OVER;
#else
		view[w] = OVER;
		deregister();
#endif
		goto join
#endif
#ifdef LIVENESS
	:: true -> goto dead
#endif
	od;
dead:	skip
}

/* -- a thread that checks -------------------------------------------------------------------------------- */
inline promise() {
	assert(!(g_end > s_evidence));		/* no final `end` is newer than the evidence */
	assert(!(g_changed > stamp));		/* no final `changed` is newer than the facts */
#ifdef LIVENESS
	accepted = true
#endif
}

inline look_into_index() {
	clean = !(i_end[w] > s_issued);
#ifndef MUT_NO_STAMP
	clean = clean && !(i_changed[w] > stamp);
#endif
#ifdef PRUNE
#ifndef MUT_STAMP_BELOW_FLOOR
	seek(BELOW_FLOOR, clean && stamp < i_floor[w]);
	clean = clean && !(stamp < i_floor[w]);
#endif
#endif
#ifndef MUT_BELIEVED_WHILE_FILLED
	seek(NOT_BELIEVED, trusted && clean && i_filling[w]);
	clean = clean && !i_filling[w];
#endif
	seek(REFUSED_FROM_INDEX, trusted && !clean)
}

#ifdef MARKS
/* A record that was found clean under this very view needs no second look at the index. */
#define CLEAN_BY_MARK (trusted && mark == seen)
#else
#define CLEAN_BY_MARK false
#endif

inline ask_the_authority() {
	d_step {	/* no view, no record, or not clean: one statement decides */
		read_row(live);
		g_end = final_end;
		g_changed = final_changed;
#ifdef LIVENESS
		accepted = false;
#endif
		if :: live -> stamp = head; promise() :: else fi;
		g_end = 0;
		g_changed = 0
	};
	d_step {	/* what it said is always kept */
		c_there[w] = live;
		c_stamp[w] = stamp;
#ifdef MARKS
		c_mark[w] = (live && applied[w] == stamp -> stamp : NONE);
#endif
		stamp = 0;
		live = false
	}
}

proctype Check(byte w) {
	byte stamp, g_end, g_changed;
	bool trusted, clean, live;
#ifdef MARKS
	byte seen, mark;
#endif
again:	do
	:: d_step {	/* it starts: what is final from here on binds it; it takes the view, then the clock */
#ifdef MUT_INDEX_FIRST
		c_there[w] ->
#else
		view[w] < OVER && c_there[w] ->
#endif
#ifdef LIVENESS
		accepted = false;
#endif
#ifdef MARKS
		seen = applied[w];
#endif
		g_end = final_end;
		g_changed = final_changed
	   };
	   d_step {						/* the record */
#ifdef MARKS
		mark = c_mark[w];
#endif
		stamp = c_stamp[w];
		trusted = c_there[w]
	   };
#ifdef MUT_INDEX_FIRST
	   d_step { look_into_index(); trusted = trusted && clean; clean = false };
	   atomic {
		trusted = trusted && view[w] < OVER;
#else
	   atomic {						/* the index */
		d_step {
			look_into_index();
#ifdef MARKS
			seek(CLEAN_AT_ONCE, CLEAN_BY_MARK && g_changed > 0);
			if
			:: trusted && clean && c_there[w] && c_stamp[w] == stamp -> c_mark[w] = seen
			:: else
			fi;
#endif
			trusted = CLEAN_BY_MARK || (trusted && clean);
			clean = false
		};
#endif
		if
		:: trusted ->
			seek(ACCEPTED_FROM_MEMORY, g_changed > 0 && stamp > 0);
			promise();
			d_step { stamp = 0; g_end = 0; g_changed = 0; trusted = false; forget_mark() };
			goto again
		:: else ->
			d_step { stamp = 0; g_end = 0; g_changed = 0; forget_mark() };
#ifndef MUT_NEVER_ASKS
			goto ask
#else
			goto again
#endif
		fi
	   };
ask:	   ask_the_authority()
	:: ask_the_authority()
	od
}

#ifdef STREAM
/* -- a live connection ----------------------------------------------------------------------------------- */
/* Listens first and is checked after. What it is told later closes it; what was told before the check sees. */
proctype Stream(byte w) {
	bool live;
#ifndef MUT_LISTENS_AFTER_CHECK
	listening[w] = true;
#endif
	if
	:: d_step { read_row(live) }
	:: d_step { view[w] < OVER && c_there[w] && !i_filling[w] -> live = !(i_end[w] > s_issued) }
	fi;
#ifdef MUT_LISTENS_AFTER_CHECK
	listening[w] = true;
#endif
	if :: live -> assert(told[w] || !(heard[w] > s_issued)) :: else fi
}
#endif
