/*
 * A log that goes backwards: a backup is restored, or a standby takes over that lacks the last commits.
 *
 * One worker, one session, one revocation that ends it, one entry about somebody else that may take its number.
 * Log, registry and the row of the session are set back, once, to what they were at some moment before; the server is
 * another one then. rescind/revocation/worker.py and barrier.py are the code. Steps and time are as in revocation.pml.
 *
 * What was promised before and is not in the log any more, nobody can know who has not seen it. What is asked:
 *   - A receipt that becomes final is true, however the log went backwards before that: nobody lets in.
 *   - A worker that has applied an end never lets in from memory what it ended, and after its first renewal nobody
 *     lets it in: the log has a new birth.
 *   - With NEWCOMER: nor does a process that first meets the log on the other server and has nothing to compare it
 *     with, as long as a worker in use has applied the end. Such a worker looks within a term at whoever answers, so
 *     here a term that began after the loss is over only when it has. rescind/stores/sqlalchemy/postgres/takeover.py
 *     is the code.
 *
 *   MUT_*, SEEK   as in revocation.pml
 */
#define OVER 255
#define FREE 0
#define ACTIVE 1
#define RETIRED 2
#define THE_END 1		/* ids of the two entries */
#define THE_OTHER 2
#define LAST 2

#define OF_REVOKER 1		/* the bit of each wait */
#define OF_WATCHER 2
#define OF_ROW 4

#define LOST_WHILE_WAITING 1
#define NUMBER_TAKEN 2
#define NOTICED_BY_REVOKER 3
#define NOTICED_BY_WORKER 4
#define REFUSED_AS_BACKWARDS 5
#define ROW_WAS_LOST 6
#define NEWCOMER_LET_IN 7
#define NEWCOMER_WAITED 8
#define NEWCOMER_REFUSED 9
#ifndef SEEK
#define SEEK 0
#endif
#define seek(event, found) assert(SEEK != event || !(found))

/* The authority. */
byte birth = 1, head, id[LAST + 2];
bool marked;			/* the row of the session, which is of birth 1 */
byte row, acked;
bool lost;			/* it went backwards */
bool settled = true;		/* somebody has watched this server for a term */

/* What it will be set back to. */
bool saved, saved_marked, saved_mine;
byte saved_head, saved_row, saved_acked;

/* The worker. */
bool mine;			/* there is a row of this incarnation, for all that it knows */
byte view = OVER, asked = OVER, view_birth;
byte known_birth, applied, applied_id;	/* how far it has read, whether there is a view or not */
byte i_birth;			/* of the index; 0 while it is being filled anew */
bool i_end, c_there;
byte c_birth;
bool knew, renewed;		/* it has applied the end; it has renewed since the log went backwards */

bool final;

#ifdef NEWCOMER
bool in_use;			/* the worker was there before the loss */
bool looked;			/* and has looked at the other server since, and done what follows from it */
#define TERM_IS_OVER (looked || !in_use)
#define is_in_use in_use = in_use || !lost
#define has_looked(there) looked = looked || there
#else
#define TERM_IS_OVER true
#define is_in_use skip
#define has_looked(there) skip
#endif

#define max(a, b) (a > b -> a : b)
#define outlived(age, flag) (age < OVER && (age & flag) -> OVER : age)
#define marked_with(age, flag) (age < OVER -> age | flag : age)
inline begin_wait(flag) { view = marked_with(view, flag); asked = marked_with(asked, flag) }
inline end_wait(flag) { view = outlived(view, flag); asked = outlived(asked, flag) }

#define IN_LOG (birth == 1 && ((head >= 1 && id[1] == THE_END) || (head >= 2 && id[2] == THE_END)))

inline new_birth(expected) {	/* whoever is second finds it done */
	if
	:: birth == expected -> birth = birth + 1; head = 0; id[1] = 0; id[2] = 0
	:: else
	fi
}

active proctype Loss() {
	d_step {
		saved = true; saved_head = head; saved_marked = marked;
		saved_row = row; saved_acked = acked; saved_mine = mine
	};
	d_step {
		birth == 1 ->
		lost = true;
		settled = false;
		if :: saved_head < 2 -> id[2] = 0 :: else fi;
		if :: saved_head < 1 -> id[1] = 0 :: else fi;
		head = saved_head;
		marked = saved_marked;
		if :: !IN_LOG -> final = false :: else fi;	/* what nobody can know any more */
		seek(ROW_WAS_LOST, mine && !(saved_row == ACTIVE && saved_mine));
		if
		:: saved_mine -> row = saved_row; acked = saved_acked
		:: else -> row = FREE; acked = 0; mine = false
		fi;
		begin_wait(OF_WATCHER)
	}
}

active proctype Watcher() {	/* of the registry: retired rows; of the server: whether a term was watched */
	do
	:: d_step { row == RETIRED -> end_wait(OF_ROW); row = FREE; acked = 0; mine = false }
	:: d_step { !settled && TERM_IS_OVER -> end_wait(OF_WATCHER); settled = true }
	od
}

active proctype Other() { d_step { birth == 1 -> head = head + 1; id[head] = THE_OTHER } }

#ifdef MUT_NUMBERS_ONLY		/* compares how many entries there are, not which */
#define STANDS (birth == 1 && head >= goal)
#else
#define STANDS (birth == 1 && IN_LOG)
#endif

active proctype Revoker() {
	byte goal;
	bool first, open, unwatched, elsewhere;
	d_step {
		birth == 1 ->
		head = head + 1;
		id[head] = THE_END;
		marked = true;
		goal = head;
		first = true;
		elsewhere = lost;
		begin_wait(OF_REVOKER)
	};
	do
	:: d_step {	/* a look at the registry, and which server it is on */
#ifndef MUT_SERVER_BELIEVED	/* as if it could lack no rows */
		if :: !settled && (first || elsewhere != lost) -> unwatched = true :: else fi;
#endif
		open = row != FREE && acked < goal && (first || open);
		seek(LOST_WHILE_WAITING, !first && elsewhere != lost)
	   };
	   d_step { first = false };
	   if
	   :: !open && !unwatched -> break
	   :: open || unwatched -> d_step {	/* the term has passed */
			end_wait(OF_REVOKER);
			if :: open && row == ACTIVE && acked < goal -> row = RETIRED; begin_wait(OF_ROW) :: else fi;
			open = false;
#ifdef MUT_TERM_FROM_THE_COMMIT	/* a term since the commit, wherever that was, called a term of this server */
			if :: unwatched -> settled = true :: else fi
#else
			if :: unwatched && TERM_IS_OVER -> settled = true :: else fi
#endif
		};
		break
	   :: open || unwatched
	   fi
	od;
	atomic {		/* final when this was read: does the entry stand, on whatever server this is? */
		final = true;
#ifdef MUT_VERIFIES_IF_UNWATCHED
		if :: !unwatched -> goto done :: else fi;
#endif
#ifdef MUT_NOT_VERIFIED
		goto done;
#endif
		if
		:: STANDS -> goto done
		:: else ->
			d_step {
				final = false;
				seek(NUMBER_TAKEN, birth == 1 && head >= goal);
				seek(NOTICED_BY_REVOKER, birth == 1);
				new_birth(1);
				begin_wait(OF_REVOKER)
			}
		fi
	};
	d_step {		/* not before a term has passed does everybody know of the new birth */
#ifndef MUT_BIRTH_NOT_WAITED_FOR
		end_wait(OF_REVOKER);
#endif
		final = true
	};
done:	atomic {
		open = false; unwatched = false; elsewhere = false; goal = 0
	}
}

#ifdef MUT_IDS_NOT_COMPARED
#define BACKWARDS (applied > r_head)
#else
#define BACKWARDS (applied > r_head || (applied > 0 && r_at != applied_id))
#endif

active proctype Keeper() {
	byte r_head, r_birth, r_at, r_last;
	bool r_row, r_end, r_lost;
join:	atomic { row == FREE -> row = ACTIVE; acked = 0; mine = true; saved_mine = false; is_in_use };
	do
	:: d_step {
		asked = 0;
		r_row = mine && row == ACTIVE;
		r_head = head;
		r_birth = birth;
		r_lost = lost;
		r_at = id[applied];
		r_last = id[head];
		r_end = (head >= 1 && applied < 1 && id[1] == THE_END) || (head >= 2 && applied < 2 && id[2] == THE_END)
	   };
	   if
	   :: !r_row ->
		d_step {
			view = OVER; view_birth = 0; asked = OVER; mine = false;
#ifdef MUT_FORGETS_ITS_PLACE	/* what it has read is forgotten together with the view */
			known_birth = 0; applied = 0; applied_id = 0
#endif
		};
		goto join
	   :: r_row && (r_birth != known_birth || BACKWARDS) ->
		d_step {
			view = OVER; view_birth = 0; asked = OVER;
			if
			:: r_birth == known_birth -> seek(NOTICED_BY_WORKER, lost); new_birth(r_birth); r_birth = birth
			:: else
			fi;
			i_birth = 0; i_end = false;
			has_looked(r_lost)
		};
		d_step { c_there = false; known_birth = r_birth; applied = 0; applied_id = 0 }
	   :: r_row && !(r_birth != known_birth || BACKWARDS) ->
		d_step { i_end = i_end || r_end; i_birth = r_birth; knew = knew || r_end };
		d_step {
			applied = r_head; applied_id = r_last; view_birth = r_birth; view = asked; asked = OVER;
			renewed = renewed || r_lost;
			has_looked(r_lost)
		};
		d_step { if :: mine && row != FREE -> acked = max(acked, r_head) :: else fi };
		d_step { r_head = 0; r_birth = 0; r_at = 0; r_last = 0; r_row = false; r_end = false; r_lost = false }
	   fi
	od
}

active proctype Check() {
	byte v_birth, r_birth;
	bool g, live, trusted;
	do
	:: d_step { view < OVER && c_there -> g = final; v_birth = view_birth };
	   d_step { trusted = c_there && c_birth == v_birth };
	   d_step {
		if
#ifdef MUT_BIRTH_NOT_COMPARED
		:: trusted && !i_end -> assert(!g && !knew)
#else
		:: trusted && !i_end && i_birth == v_birth -> assert(!g && !knew)
#endif
		:: else
		fi;
		g = false; v_birth = 0; trusted = false
	   }
	:: d_step {
		r_birth = birth;
		live = birth == 1 && !marked && !IN_LOG;
		if
		:: live && view_birth == birth && applied > head ->
			seek(REFUSED_AS_BACKWARDS, true); live = false; new_birth(1)
		:: else
		fi;
		assert(!(live && (final || (knew && renewed))))
	   };
	   d_step { c_there = live; c_birth = r_birth; live = false; r_birth = 0 }
	od
}

#ifdef NEWCOMER
active proctype Newcomer() {
	bool waits, live;
	d_step {		/* its first connection leads to the other server */
		lost ->
#ifndef MUT_TAKEOVER_BELIEVED
		waits = !settled
#else
		skip
#endif
	};
	do
#ifdef MUT_TERM_OF_ITS_OWN	/* shorter than the pauses of who knows */
	:: d_step { waits -> waits = false }
#else
	:: d_step { waits && TERM_IS_OVER -> waits = false }
#endif
	:: d_step { waits && settled -> waits = false }	/* so says a later connection */
	:: d_step {		/* a read of the authority */
		live = birth == 1 && !marked && !IN_LOG;
		seek(NEWCOMER_WAITED, live && waits && knew);
		seek(NEWCOMER_LET_IN, live && !waits);
		seek(NEWCOMER_REFUSED, knew && birth > 1);
		assert(!(live && !waits && (final || knew)));
		live = false
	   }
	od
}
#endif
