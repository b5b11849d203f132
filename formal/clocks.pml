/*
 * One clock per party, and why a stretch of trust never contains a whole wait: what revocation.pml rests on.
 *
 * One worker, one revoker, one revocation. In each moment of real time the clock of each party moves by what it
 * likes between 9 and 11 tenths of it: by 9 or by 11, which bounds everything between. The worker trusts a read for
 * TRUST from before it was sent; the revoker waits for TERM after its commit has returned. Between two steps any
 * time may pass, or none. Nobody needs to confirm: the worker that does not is the one that is waited for.
 *
 *   MUT_*, SEEK   as in revocation.pml
 */
#define TERM 100		/* tenths */
#ifdef MUT_WHOLE_TERM
#define TRUST TERM
#else
#define TRUST 80		/* 0.8 / 0.9 < 1 / 1.1: rescind.revocation.worker.TRUST */
#endif
#ifdef MUT_SHORT_WAIT		/* the revoker's own lease, which is shorter than the worker's */
#define WAIT (TERM / 2)
#else
#define WAIT TERM
#endif
#define OLD 120			/* older than anything that is asked about */

#define FINAL_WHILE_TRUSTED 1
#define TRUST_RAN_OUT 2
#define FINAL_AND_UNKNOWN 3
#ifndef SEEK
#define SEEK 0
#endif
#define seek(event, found) assert(SEEK != event || !(found))

bool ended, applied, final;
byte view = OLD, asked = OLD;	/* by the worker's clock: since the t0 of what is published, of what is under way */
byte waited;			/* by the revoker's clock */
bool waiting;

#define older(age, by) (age + by < OLD -> age + by : OLD)

active proctype Time() {
	byte w, r;
	do
	:: atomic {
		if
		:: w = 9
		:: w = 11
#ifdef MUT_CLOCK_SLEEPS		/* the worker's clock stands still while the machine is suspended */
		:: w = 0
#endif
		fi;
		if :: r = 9 :: r = 11 fi;
		d_step {
			view = older(view, w);
			asked = older(asked, w);
			if :: waiting -> waited = older(waited, r) :: else fi;
			w = 0;
			r = 0
		}
	   }
	od
}

active proctype Keeper() {
	bool found;
	do
	:: asked = 0;		/* t0 */
	   found = ended;	/* the read */
	   d_step {		/* apply, publish */
		applied = found || applied;
		found = false;
#ifdef MUT_DEADLINE_FROM_REPLY
		view = 0;
#else
		view = asked;
#endif
		asked = OLD
	   }
	od
}

active proctype Revoker() {
#ifdef MUT_SINCE_BEFORE_COMMIT	/* the time of a transaction is that of its start */
	waiting = true;
	ended = true;
#else
	ended = true;
	waiting = true;
#endif
	waited >= WAIT;
	seek(FINAL_AND_UNKNOWN, !applied);
	d_step {
		waiting = false;
		waited = 0;
		final = true
	}
}

#ifdef MUT_WALL_CLOCK		/* the revoker looks at a clock that somebody sets */
active proctype Administrator() { d_step { waiting -> waited = older(waited, TERM / 2) } }
#endif

active proctype Check() {
	bool must_know;
	do
	:: must_know = final;
	   d_step {
		seek(TRUST_RAN_OUT, must_know && !applied && view >= TRUST && view < OLD);
		seek(FINAL_WHILE_TRUSTED, must_know && view < TRUST);
		if :: view < TRUST -> assert(applied || !must_know) :: else fi;
		must_know = false
	   }
	od
}
