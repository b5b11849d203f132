"""From what a guard does to what ends a credential, and how fast.

The rule for the better answer: something must be looked at on each request, a refusal must hang on it, and
what ends the credential must change that very thing. Whatever lacks one of the three is as good as not ended.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from math import inf, isinf

from rescind.paths import kept_sessions
from rescind.paths.behaviours import WORDS, constants, evidence, lasting, mechanism_of, short, weaker, where
from rescind.paths.ending import added, fits, is_empty_at_start, same, turns, written
from rescind.paths.endings import Ends
from rescind.paths.following import Check, Encode, Lookup, Write
from rescind.paths.following.facts import At
from rescind.paths.following.known import LIVE
from rescind.paths.kept_sessions import Kept
from rescind.paths.lifetimes import Life, Lifetimes
from rescind.paths.model import Behaviour, Credential, Evidence, Mechanism
from rescind.paths.proving import Case
from rescind.paths.proving.case import What
from rescind.paths.proving.values import FRESH, Value, constant
from rescind.paths.reaching import imported
from rescind.paths.story import Story
from rescind.reading import Call, Module, Named, Project, Variable
from rescind.reading.nodes import walk

Shuts = Callable[[Case], bool]
"""Whether the guards of a route let nobody by in a case."""
TYPES = {"type", "typ", "token_type", "use", "purpose", "scope"}


IN_MEMORY = ('":memory:"', "':memory:'", '"sqlite://"', "'sqlite://'", "sqlite:///:memory:")
MEMORY = ("dict", "set", "list", "deque", "cache", "dictionary", "counter")


class Decider:
    """Decides one credential at a time, against all that the application writes."""

    def __init__(
        self, project: Project, ends: Ends, session_life: Life, lives: Mapping[str, Life] | None = None,
        kept: Kept | None = None,
    ) -> None:  # fmt: skip
        self.project = project
        self.ends = ends
        self.lives = lives or {}
        self.kept = kept
        self.session_life = session_life
        self.lifetimes = Lifetimes(project)
        self.shuts: Shuts
        self._in_memory: dict[Module, bool] = {}

    def credential(self, story: Story, name: str, shuts: Shuts) -> Credential:
        self.shuts = shuts
        mechanism = mechanism_of(story)
        if mechanism == "session_signed_cookie" and self.kept:
            mechanism = self.kept.mechanism
        natural = self.natural(story, mechanism)
        life = natural.seconds if natural.kind == "expiry" else None
        if self.kept and self.kept.renews and story.source == "session":
            life = None  # whoever goes on asking has it without end
        unknown = self.unread(story)
        answers = {
            "on_revoke": self.ended(story, "sign_out", natural),
            "on_account_disable": self.ended(story, "disable", natural),
            "on_password_change": self.ended(story, "password", natural),
            "on_privilege_change": self.privilege(story, natural),
        }
        if unknown is not None:
            answers = {end: unknown if each.kind != "immediate" else each for end, each in answers.items()}
        return Credential(name, mechanism, life, evidence=tuple(sorted(self.evidence(story))), **answers)

    def unread(self, story: Story) -> Behaviour | None:
        """The credential is given to something that could not be read, and nothing else decides."""
        kept = story.source in {"session", "remember"}  # whose content nobody else can write
        enough = [each for each in story.checks if kept or each.kind != "content"]
        if story.opaque and not story.decodes and not enough:
            name, at = story.opaque[0]
            return Behaviour("unknown", f"it is given to {name.lstrip('.')}, which is not read: {where(at)}")
        if not story.decides:
            return Behaviour(
                "unknown", f"it is read at {where(story.at)}, and nothing was found that refuses it"
            )
        return None

    # its life

    def natural(self, story: Story, mechanism: Mechanism) -> Behaviour:
        """How long it is good for if nothing ends it."""
        if story.source in self.lives:
            return lasting(self.lives[story.source], "it carries its own end and is good for")
        if story.decodes:
            return self.of_token(story)
        if mechanism == "remember_cookie":
            return Behaviour("never", "the cookie that remembers carries the name of the account and no time")
        if self.kept and story.source == "session":
            return lasting(self.session_life, "the server keeps it, and forgets it when it was not used for")
        if mechanism == "session_signed_cookie":
            return lasting(self.session_life, "the cookie itself says who it is, and is good for")
        timed = [each for each in story.checks if each.kind == "expiry"]
        rows = [lookup for number, lookup in story.lookups]
        kept = [w.lasts for lookup in rows for w in self.writes() if w.store == lookup.store and w.lasts]
        if kept:
            return Behaviour("expiry", "the store forgets it after that time", max(kept))
        if timed:
            lives = [life for each in timed for life in self.stored(story, each)]
            longest = max((each.seconds for each in lives if each.seconds is not None), default=None)
            return Behaviour(
                "expiry", f"its end is kept beside it and looked at: {where(timed[0].at)}", longest
            )
        return Behaviour("never", "nothing about it has an end that is looked at")

    def writes(self) -> Iterable[Write]:
        ends = self.ends
        return (*ends.sign_out, *ends.disable, *ends.password, *ends.other)

    def of_token(self, story: Story) -> Behaviour:
        # One that only looks inside before another verifies does no harm.
        first = max(story.decodes, key=lambda each: (each.verified, each.checks_end))
        own = any(each.kind == "expiry" and each.row < 0 for each in story.checks)
        if not first.verified:
            return Behaviour("never", f"its signature is not verified: {where(first.at)}")
        if not first.checks_end and not own:
            return Behaviour("never", f"its end is not looked at: {where(first.at)}")
        encodes = self.issued(story)
        limits = [] if encodes else list(self.lifetimes.of_signer(first))
        if limits:
            return lasting(
                Life(max(limits), first.at), f"its time is looked at ({where(first.at)}): good for"
            )
        if not encodes:
            return Behaviour(
                "expiry", "it is issued elsewhere: how long it is good for is not in this source"
            )
        lives = [self.lifetimes.of_token(each) for each in encodes]
        longest = max(lives, key=lambda each: inf if each.seconds is None else each.seconds)
        place = where(longest.at) if longest.at else ""
        if longest.seconds is None:
            return Behaviour("expiry", f"how long it is good for is worked out at {place}")
        return lasting(longest, f"it carries its own end ({place}) and is good for")

    def issued(self, story: Story) -> list[Encode]:
        """Where such tokens are signed: those that a claim with a fixed value tells apart are left out."""
        wanted = [
            each for each in story.checks if each.kind == "equal" and each.row < 0 and each.name in TYPES
        ]
        found = self.ends.encodes
        for check in wanted:
            values = constants(check)
            fitting = [
                each for each in found if set(map(str, self.lifetimes.constant(each, check.name))) & values
            ]
            found = fitting or found
        return found

    def stored(self, story: Story, check: Check) -> list[Life]:
        """The ends that are written beside a row: into the dictionary or the object that is kept."""
        store = story.facts.lookups[check.row].store if check.row >= 0 else ""
        name = check.name.rpartition(".")[2]
        found: list[Life] = []
        for write in self.writes():
            if write.store == store and write.op == "add" and write.value is not None:
                module = write.at.module
                function = module.function_of(write.at.node)
                if function is None:
                    continue
                found += self.within(write, name, function.scope)
        for function, call in self.project.callers(store):
            given = call.argument(name)
            if given is not None and function is not None:
                at = At(given, call.module)
                found += [Life(seconds, at) for seconds in self.lifetimes.durations(given, function.scope)]
        return found

    def within(self, write: Write, name: str, scope: object) -> list[Life]:
        found = []
        for node in walk(write.value) if write.value is not None else ():
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == name:
                        found += list(self.lifetimes.durations(value, scope))  # type: ignore[arg-type]
            elif isinstance(node, ast.Call):
                call = Call(node, write.at.module, (Named(""),))
                given = call.argument(name)
                if given is not None:
                    found += list(self.lifetimes.durations(given, scope))  # type: ignore[arg-type]
        if not found and write.value is not None and not name:
            found += list(self.lifetimes.durations(write.value, scope))  # type: ignore[arg-type]
        return [Life(each, write.at) for each in found]

    # its ends

    def ended(self, story: Story, kind: str, natural: Behaviour) -> Behaviour:
        best = self.written(story, kind, getattr(self.ends, kind), natural)
        for each in self.ends.sign_outs if best is not None and kind == "sign_out" else ():
            if story.source in each.reads and self.written(story, kind, each.writes, natural) is None:
                why = f"signing out at {each.path} changes nothing that is looked at; {natural.why}"
                return Behaviour(natural.kind, why, natural.seconds)
        best = self.signed_with(story, kind, natural) or best or self.later(story, kind)
        if best is None and self.kept and kind == "sign_out" and story.source == "session":
            return kept_sessions.brought_back(natural)
        if best is not None:
            return best
        if kind == "disable" and "disable" not in self.ends.offers:
            return self.by_flag(story, natural)
        return weaker(natural, kind, kind in self.ends.offers)

    def written(self, story: Story, kind: str, writes: list[Write], natural: Behaviour) -> Behaviour | None:
        """The best that what is written there does; None: nothing that is looked at."""
        best: Behaviour | None = None
        for number, lookup in story.lookups:
            for write in (each for each in writes if each.certain):
                why = self.reaches(story, number, lookup, write)
                if why and not self.stays(story, lookup, write, natural):
                    said = f"{why}, and {WORDS[kind]} changes that: {where(write.at)}"
                    found = self.at_once(story, lookup, said, natural)
                    best = found if best is None or found.rank < best.rank else best
        return best

    def signed_with(self, story: Story, kind: str, natural: Behaviour) -> Behaviour | None:
        """The key of the token is made of something that the end changes, such as a password."""
        writes: list[Write] = getattr(self.ends, kind)
        for decode in story.decodes:
            for origin in (each for each in decode.keys if each.kind == "row" and each.name):
                lookup = story.facts.lookups[origin.row]
                mine = [w for w in writes if w.certain and w.store == lookup.store and w.op == "set"]
                case = Case("unverified", "", frozenset({decode.at.node}), story.source)
                if any(same(each.name, origin.name) for each in mine) and self.shuts(case):
                    said = f"{origin.name}, which {WORDS[kind]} changes: {where(decode.at)}"
                    return self.at_once(story, lookup, f"it is signed with {said}", natural)
        return None

    def stays(self, story: Story, lookup: Lookup, write: Write, natural: Behaviour) -> bool:
        """What is kept to refuse a credential may be forgotten before the credential runs out."""
        if write.op != "add":
            return False
        limit = self.lifetimes.of_store(lookup.store) if write.lasts is None else write.lasts
        if limit is not None and not (natural.seconds is not None and natural.seconds <= limit):
            return True
        kept_with_end = any(each.kind == "claim" and each.name == "exp" for each in write.keys)
        swept = any(
            each.op == "remove" and each.store == write.store
            for each in (*self.writes(), *story.facts.writes)
        )
        return swept and not kept_with_end

    def later(self, story: Story, kind: str) -> Behaviour | None:
        """A time is noted, and so many seconds later it is refused."""
        writes: list[Write] = getattr(self.ends, kind)
        for number, lookup in story.lookups:
            for check in story.checks_of(number, "expiry"):
                for write in writes:
                    if write.certain and write.store == lookup.store and same(write.name, check.name):
                        grace = self.grace(check, write)
                        if grace:
                            why = f"{check.name} is looked at some time after it was set: {where(check.at)}"
                            return Behaviour("bounded", why, grace)
        return None

    def grace(self, check: Check, write: Write) -> float:
        """Seconds that are added to the time that is written, or to it when it is looked at."""
        added_then, added_now = added(write.value), added(check.at.node)
        found = 0.0
        for node, module in ((added_then, write.at.module), (added_now, check.at.module)):
            given = [] if node is None else list(self.lifetimes.durations(node, module.scope_of(node)))
            found += max(given, default=0.0)
        return found

    def reaches(self, story: Story, number: int, lookup: Lookup, write: Write) -> str:
        """Why a write makes the guard refuse; empty if it does not."""
        if write.store != lookup.store or not fits(write, lookup, self.keyed_by(lookup.store)):
            return ""
        for check in story.checks_of(number, "missing", "present", "attribute", "password", "expiry"):
            if check.kind == "missing" and write.op == "remove" and self.proven(story, lookup, "missing"):
                return f"it is looked up in {short(lookup.store)} on each request"
            if check.kind == "present" and write.op == "add" and self.proven(story, lookup, "present"):
                return f"{short(lookup.store)} is asked on each request"
            if check.kind == "expiry" and (added(check.at.node) or added(write.value)):
                continue  # it ends later than that
            if check.kind == "attribute" and not turns(check, write):
                continue
            if (
                check.kind in {"attribute", "password", "expiry"}
                and write.op == "set"
                and same(write.name, check.name)
                and self.proven_flag(story, lookup, check, written(write))
            ):
                return f"{check.name} in {short(lookup.store)} is looked at on each request"
        return ""

    def proven(self, story: Story, lookup: Lookup, what: What, name: str = "", value: Value = FRESH) -> bool:
        """Whether the guards let nobody by where the row is gone, there, or as it is written."""
        some = [each for _, each in story.lookups if each.store == lookup.store]
        keys = frozenset(key.plain for each in some for key in each.keys if key.kind != "row")
        nodes = frozenset(each.at.node for each in some)
        return self.shuts(Case(what, lookup.store, nodes, story.source, keys, name, value))

    def proven_flag(self, story: Story, lookup: Lookup, check: Check, value: Value) -> bool:
        """The same of a flag: it is looked at, or the look-up asks for it."""
        if any(each.name == check.name for each in lookup.wheres):
            gone = any(each.kind == "missing" for each in story.checks if each.row == check.row)
            return self.proven(story, lookup, "missing" if gone else "present")
        return self.proven(story, lookup, "attribute", check.name, value)

    def keyed_by(self, store: str) -> set[str]:
        """The fields under which rows are kept there: ``STORE[row.field] = row``."""
        kept = [each for each in self.writes() if each.store == store and each.op == "add"]
        return {key.name.rpartition(".")[2] for each in kept for key in each.keys if key.kind == "row"}

    def by_flag(self, story: Story, natural: Behaviour) -> Behaviour:
        """Nothing here disables an account: a flag that is looked at will do where it is set."""
        for number, lookup in story.lookups:
            for check in story.checks_of(number, "attribute"):
                value = FRESH if isinstance(check.at.node, ast.Compare) else constant(check.when)
                if check.name.rpartition(".")[2] in LIVE and self.proven_flag(story, lookup, check, value):
                    said = f"{check.name} is looked at on each request: {where(check.at)}"
                    return self.at_once(story, lookup, said, natural)
        return weaker(natural, "disable", offered=False)

    def at_once(self, story: Story, lookup: Lookup, why: str, natural: Behaviour) -> Behaviour:
        """Immediate, unless an earlier answer may be given in place of the look-up, or other workers do not
        hear of it."""
        if lookup.cached is not None and isinf(lookup.cached):
            said = f"{why}, but an earlier answer is remembered without end"
            return Behaviour(natural.kind, said, natural.seconds)
        if lookup.cached is not None:
            later = Behaviour("bounded", f"{why}, but an earlier answer is remembered", lookup.cached)
            return later if natural.seconds is None or natural.seconds >= lookup.cached else natural
        if not self.is_in_process(lookup):
            return Behaviour("immediate", why)
        if any(self.lives_in(each, story) for _, each in story.lookups):
            return Behaviour("immediate", f"{why}; it is kept in the memory of the one process that knows it")
        memory = f"{short(lookup.store)} is in the memory of one process, and other workers do not hear of it"
        return Behaviour(natural.kind, f"{why}, but {memory}", natural.seconds)

    def lives_in(self, lookup: Lookup, story: Story) -> bool:
        """Whether a credential is good in one process only: it is put into its memory when it is issued."""
        if lookup.kind == "database":  # who is in it at the start is not known: accounts may be
            raw = any(key.kind == "raw" for key in lookup.keys)
            return raw and self.is_in_process(lookup) and self.proven(story, lookup, "missing")
        keyed = any(key.kind in {"raw", "claim", "session"} for key in lookup.keys)
        empty = is_empty_at_start(self.project, lookup.store)
        added = any(each.op == "add" and each.store == lookup.store for each in self.writes())
        return (
            lookup.kind == "memory"
            and keyed
            and (added if empty is None else empty)
            and self.is_memory(lookup.store)
            and self.proven(story, lookup, "missing")
        )

    def is_in_process(self, lookup: Lookup) -> bool:
        """Whether each worker has its own: a variable, or a database of SQLite in memory."""
        if lookup.kind == "database":
            module = lookup.at.module
            if module not in self._in_memory:
                near = imported(self.project, {module})
                self._in_memory[module] = any(word in each.text for each in near for word in IN_MEMORY)
            return self._in_memory[module]
        return lookup.kind == "memory" and self.is_memory(lookup.store)

    def is_memory(self, store: str) -> bool:
        """Whether it is certainly no object of a library that may keep it elsewhere."""
        for named in self.project.find(store):
            for binding in named.definition.bindings if isinstance(named.definition, Variable) else ():
                if isinstance(binding.value, ast.Call):
                    name = self.project.name_of(binding.value.func, binding.scope).rpartition(".")[2]
                    inside = self.project.callee(binding.value, binding.scope)
                    own = any(each.definition is not None for each in inside)
                    return own or name.lower().endswith(MEMORY)
        return True

    def privilege(self, story: Story, natural: Behaviour) -> Behaviour:
        for origin in sorted(story.roles, key=lambda each: each.row):  # what it says itself comes first
            if origin.row < 0:
                return Behaviour(natural.kind, f"{origin.name} is what the credential says", natural.seconds)
            lookup = story.facts.lookups[origin.row]
            said = f"{origin.name} is read from {short(lookup.store)} on each request"
            return self.at_once(story, lookup, said, natural)
        return Behaviour("n/a", "no role was found that is asked for")

    def evidence(self, story: Story) -> set[Evidence]:
        found = {evidence(story.at, f"{story.source} is read")}
        found |= {evidence(each.at, f"decoded by {each.name or 'its signer'}") for each in story.decodes}
        found |= {evidence(each.at, f"looked up in {short(each.store)}") for _, each in story.lookups}
        found |= {evidence(each.at, f"refused: {each.kind} {each.name}".rstrip()) for each in story.checks}
        return found
