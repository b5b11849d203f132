"""``auth.aio``: the same words for event loops.

A check from memory is answered on the loop; so is a point read of SQLite (microseconds, where a thread hop
costs ten times the query). What writes runs in a small pool of this engine's own, never the framework's
shared one, so that neither slow endpoints nor a storm of sign-ins delay a revocation. Hashing has its own
pool and is awaited. Waiting for workers holds no thread: the loop sleeps between two looks.

A started transaction finishes even if the caller is cancelled: threads are not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from rescind._tokens import new_id
from rescind.core import raise_refused
from rescind.errors import StoreUnavailable
from rescind.flows.context import current_initiator
from rescind.flows.create_account import insert_account, plan_account
from rescind.flows.offload import Offload
from rescind.flows.password_proof import prove_async
from rescind.flows.revoke import Ended, Order
from rescind.flows.set_standing import UNSET, Change, Unset
from rescind.flows.settle import Settlement
from rescind.flows.sign_in import begin_sign_in, finish_sign_in
from rescind.flows.step_up import begin_step_up, finish_step_up
from rescind.model.credential import Account
from rescind.model.principal import P, text_id
from rescind.model.revocation import Head
from rescind.model.session import Issued, Session
from rescind.orders import MISSING
from rescind.revocation.looks import LoopLooks
from rescind.revocation.receipt import Receipt
from rescind.sessions.together import Together

if TYPE_CHECKING:
    from rescind.engine import Rescind
    from rescind.errors import Refused

logger = logging.getLogger("rescind.core")

R = TypeVar("R")


class Aio(Generic[P]):
    """The engine for event loops; see ``Rescind`` for what each word means.

    What only reads or writes is the blocking word in another thread (``Offload.awaited``). What hashes or
    waits for workers has steps of its own, and so its arguments once more; a test keeps both lists equal.
    """

    def __init__(self, engine: Rescind[P]) -> None:
        self._engine = engine
        self._core = engine.core
        self._bound = engine.core.store.capabilities.thread_bound
        self.offload = Offload(bound=self._bound)
        if self._bound and hasattr(engine.core.store, "on_its_thread"):
            self.offload.run_by(engine.core.store.on_its_thread)
        engine.core.on_fork.append(self.offload.after_fork)
        self.prune = self.offload.awaited(engine.prune)
        self.sessions: AioSessions[P] = AioSessions(engine, self)
        self.principals: AioPrincipals[P] = AioPrincipals(engine, self)
        self.accounts: AioAccounts[P] = AioAccounts(engine, self)
        self.passwords = AioPasswords(engine)
        self._together_of: WeakKeyDictionary[asyncio.AbstractEventLoop, Together[P]] = WeakKeyDictionary()
        self._looks_of: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopLooks] = WeakKeyDictionary()

    async def open(self) -> None:
        await self.offload.run(self._core.open)

    async def close(self) -> None:
        """Close the engine without blocking the loop."""
        if self._bound:
            await self.offload.run(self._engine.close)
            return
        await asyncio.get_running_loop().run_in_executor(None, self._engine.close)

    def shut(self) -> None:
        """For the engine: end the pool."""
        self.offload.close()

    async def check(
        self, token: str | None, *, strict: bool = False, tenant: str | None = None, touch: bool = True
    ) -> Session[P] | Refused:
        """From memory or, with ``strict``, from the authority; see ``Rescind.check``."""
        checks = self._core.checks
        if self._bound:
            asked = checks.check_strictly if strict else checks.check
            return await self.offload.run(asked, token, tenant, touch)
        if checks.inline_reads and checks.asker.opened():
            return (checks.check_strictly if strict else checks.check)(token, tenant, touch)
        if strict and not checks.inline_reads:
            return await self._strict_checks().check(token, tenant, touch)
        if isinstance(token, str) and not strict:
            known = checks.recall(token.encode("utf-8", "surrogatepass"))
            if known is not None and (tenant is None or known.tenant == tenant):
                return known
        steps = checks.strict_steps if strict else checks.steps
        return await self._core.asker.arun(steps(token, tenant, touch))

    def _strict_checks(self) -> Together[P]:
        """Of the running loop: its tasks share round trips."""
        loop = asyncio.get_running_loop()
        found = self._together_of.get(loop)
        if found is None:
            core = self._core
            found = self._together_of[loop] = Together(core.checks, core.store)
        return found

    async def recheck(self, session: Session[P], *, touch: bool = True) -> Session[P]:
        core = self._core
        if self._bound:
            return await self.offload.run(self._engine.recheck, session, touch=touch)
        return raise_refused(await core.asker.arun(core.checks.recheck_steps(session.id, touch)))

    async def mark(self) -> Head:
        await self.open()
        return await self.offload.run(self._core.store.head)

    async def sign_in(
        self,
        login: str,
        password: str,
        *,
        client: str | None = None,
        label: str | None = None,
        replaces: str | tuple[str, ...] | None = None,
    ) -> Issued[P]:
        ctx = self._core.ctx
        await self.open()
        attempt = await self.offload.run(begin_sign_in, ctx, login)
        proof = await prove_async(self._engine.passwords, attempt.evidence, password)
        finish = partial(
            finish_sign_in, ctx, attempt, proof, client_id=client, label=label, replaces=replaces
        )
        return self._engine.sessions.issued(await self.offload.run(finish))

    async def sign_out(self, token: str | None) -> Receipt:
        started = self._core.clock.lease()
        order = await self.offload.run(self._engine.sign_out_order, token)
        return await self._settle(order, started, wait=True, connection=None)

    async def revoke(
        self,
        *,
        session: Session[Any] | str = MISSING,
        principal: P = MISSING,
        credential: str = MISSING,
        grant: str = MISSING,
        client: str = MISSING,
        tenant: str = MISSING,
        signing_key: str = MISSING,
        everything: bool = MISSING,
        confirm: str | None = None,
        what: str = "sessions",
        reason: str = "",
        keep: Session[Any] | str | None = None,
        by: str | None = None,
        id: str | None = None,
        wait: bool = True,
        connection: Any = None,
    ) -> Receipt:
        """End access; see ``Rescind.revoke``. Waiting for workers holds no thread."""
        started = self._core.clock.lease()
        given = {
            "session": session, "principal": principal, "credential": credential, "grant": grant,
            "client": client, "tenant": tenant, "signing_key": signing_key, "everything": everything,
        }  # fmt: skip
        order = self._engine.order(given, confirm=confirm, what=what, reason=reason, keep=keep, by=by, id=id)
        return await self._settle(order, started, wait=wait, connection=connection)

    async def _settle(self, order: Order, started: float, *, wait: bool, connection: Any) -> Receipt:
        if connection is not None:
            commit = partial(self._engine.commit, order)
            return await self.join(order.id, commit, connection, started)
        ended = await self.offload.run(self._engine.commit, order)
        return await self.settle(self._core.settlement(order.id, ended, started), wait=wait)

    async def join(
        self,
        id: str,
        commit: Callable[[Any], Ended],
        connection: Any,
        started: float,
        *,
        changed: bool = False,
    ) -> Receipt:
        """For the faces: in the caller's transaction, on its own thread, and in its greenlet if it has one.

        Args:
            connection: SQLAlchemy's ``AsyncSession`` or ``AsyncConnection``, or a blocking one.
        """
        await self.open()
        later = self._complete_quietly if hasattr(connection, "run_sync") else None

        def joined(bound: Any) -> Receipt:
            ended = commit(bound)
            return self._core.settle_joined(id, ended, bound, started, changed=changed, later=later)

        return await self.in_transaction(joined, connection)

    async def in_transaction(self, work: Callable[[Any], R], connection: Any) -> R:
        """For the faces: what belongs into the caller's transaction, where that one is."""
        run_sync = getattr(connection, "run_sync", None)
        if run_sync is None:
            return await self.offload.run(work, connection) if self._bound else work(connection)
        done: R = await run_sync(work)
        return done

    async def _complete_quietly(self, receipt: Receipt) -> None:
        try:
            await self._finish(receipt)
        except StoreUnavailable as error:
            # The caller's commit succeeded and must not fail for this. Workers find it within a lease.
            logger.warning("revocation %s committed, its workers were not asked: %s", receipt.id, error)

    async def settle(self, settlement: Settlement, *, wait: bool) -> Receipt:
        """For the faces: after a commit, wait for the workers without holding a thread."""
        if not wait:
            return await self.offload.run(settlement.run, wait=False)
        return await self._finish(settlement.receipt)

    async def wait(self, receipt: Receipt) -> Receipt:
        """``receipt.wait()`` without blocking the loop."""
        receipt.refuse_pending()
        return await self._finish(receipt)

    async def complete(self, receipt: Receipt) -> Receipt:
        """``receipt.complete()`` without blocking the loop."""
        return await self._finish(receipt)

    async def _finish(self, receipt: Receipt) -> Receipt:
        rest = receipt.rest
        barrier = None if rest is None else await self.offload.run(rest.begin)
        if rest is None or barrier is None:
            return receipt
        looks = self._looks()
        for pause in barrier.pauses():
            if await self.offload.run(barrier.judge, await looks.now()):
                break
            await asyncio.sleep(pause)
        await self.offload.run(rest.end)
        return receipt

    def _looks(self) -> LoopLooks:
        """Of the running loop: its tasks look at the registry together, so that many who wait take one thread
        between them."""
        loop = asyncio.get_running_loop()
        found = self._looks_of.get(loop)
        if found is None:
            found = self._looks_of[loop] = LoopLooks(partial(self.offload.run, self._core.settling.looks.now))
        return found


class AioSessions(Generic[P]):
    """``auth.aio.sessions``; see ``auth.sessions``, whose words and arguments these are."""

    def __init__(self, engine: Rescind[P], aio: Aio[P]) -> None:
        self._sync = engine.sessions
        self._engine = engine
        self._aio = aio
        self.start = aio.offload.awaited(engine.sessions.start)
        self.list = aio.offload.awaited(engine.sessions.list)
        self.rotate = aio.offload.awaited(engine.sessions.rotate)
        self.refresh = aio.offload.awaited(engine.sessions.refresh)
        self.load_data = aio.offload.awaited(engine.sessions.load_data)
        self.save_data = aio.offload.awaited(engine.sessions.save_data)

    async def get(self, session_id: str) -> Session[P]:
        core = self._engine.core
        if core.checks.inline_reads and not core.store.capabilities.thread_bound:
            return self._sync.get(session_id)
        return await self._aio.offload.run(self._sync.get, session_id)

    async def step_up(self, session: Session[P], password: str) -> Issued[P]:
        ctx = self._engine.core.ctx
        await self._aio.open()
        attempt = await self._aio.offload.run(begin_step_up, ctx, session.id)
        proof = await prove_async(self._engine.passwords, attempt.evidence, password)
        return self._sync.issued(await self._aio.offload.run(finish_step_up, ctx, attempt, proof))


class AioPrincipals(Generic[P]):
    """``auth.aio.principals``; see ``auth.principals``, whose words and arguments these are."""

    def __init__(self, engine: Rescind[P], aio: Aio[P]) -> None:
        self._sync = engine.principals
        self._core = engine.core
        self._aio = aio
        self.get = aio.offload.awaited(engine.principals.get)
        self.list = aio.offload.awaited(engine.principals.list)

    async def keep_sessions(
        self, principal: P, *, password: str, by: str | None = None, connection: Any = None
    ) -> None:
        keep = partial(self._sync.note_kept, principal, password=password, by=by)
        await self._aio.open()
        if connection is None:
            await self._aio.offload.run(keep, connection=None)
        else:
            await self._aio.in_transaction(lambda bound: keep(connection=bound), connection)

    async def set(
        self,
        principal: P,
        *,
        active: bool | Unset = UNSET,
        roles: Sequence[str] | Unset = UNSET,
        tenant: str | Unset | None = UNSET,
        reason: str,
        by: str | None = None,
        id: str | None = None,
        wait: bool = True,
        connection: Any = None,
    ) -> Receipt:
        started = self._core.clock.lease()
        change_id = new_id() if id is None else text_id(id, argument="id")
        commit = partial(
            self._sync.commit,
            principal,
            Change(active, roles, tenant),
            id=change_id,
            reason=reason,
            by=by,
        )
        if connection is not None:
            joined: Callable[[Any], Ended] = lambda bound: commit(connection=bound)  # noqa: E731
            return await self._aio.join(change_id, joined, connection, started, changed=True)
        ended = await self._aio.offload.run(commit, connection=None)
        settlement = self._core.settlement(change_id, ended, started, changed=True)
        return await self._aio.settle(settlement, wait=wait)


class AioAccounts(Generic[P]):
    """``auth.aio.accounts``; see ``auth.accounts``."""

    def __init__(self, engine: Rescind[P], aio: Aio[P]) -> None:
        self._engine = engine
        self._core = engine.core
        self._aio = aio

    async def create(
        self,
        *,
        login: str,
        password: str,
        principal: P | None = None,
        roles: Sequence[str] = (),
        tenant: str | None = None,
        by: str | None = None,
    ) -> Account:
        text = None if principal is None else self._core.ids.text(principal)
        plan = plan_account(login, password, text, roles=roles, tenant=tenant)
        phc = await self._engine.passwords.hash_async(password)
        await self._aio.open()
        kind, by = self._core.settings.principal_id, by or current_initiator.get()
        return await self._aio.offload.run(insert_account, self._core.ctx, plan, phc, kind=kind, by=by)


class AioPasswords:
    """``auth.aio.passwords``: hash and verify without blocking the loop."""

    def __init__(self, engine: Rescind[Any]) -> None:
        self._passwords = engine.passwords

    async def hash(self, password: str) -> str:
        return await self._passwords.hash_async(password)

    async def verify(self, password: str, phc: str | None) -> bool:
        return await self._passwords.verify_async(password, phc)
