"""The second implementation, fourth part: going through the ops, and "What is void".

Made from docs/authority.md alone, in its words.
"""

from functools import cache

from app.circle import acts
from app.circle.acts import Act
from p2p.op import Log
from tests.authority.second_facts import (
    Appointment,
    Arrival,
    ForkShown,
    HandingOver,
    History,
    Op,
    Removal,
    View,
)
from tests.authority.second_rules import Rules, shown
from tests.authority.second_view import HOST, AsOf


class Judge:
    """Goes through a history once, in its order."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.void = cache(self._void)
        self.as_of = cache(self._as_of)
        self.rules = Rules(history, self.as_of)
        for op in history.ops.values():
            self._judge(op)

    def _as_of(self, view: View) -> AsOf:
        return AsOf(self.history, view, self.void(view))

    # ------------------------------------------------------------------------- taking down

    def _judge(self, op: Op) -> None:
        history, seen = self.history, self.as_of(op.past)
        if isinstance(op.act, acts.Founding):
            if self.rules.founds(op, op.act):
                history.founding = op.op
                history.allowed.add(op.op)
                keys = op.act.keys
                history.author[op.op] = keys.member
                history.arrivals.append(Arrival(op.op, keys.device, keys.member, keys.door))
            return
        author = seen.member(op.device)
        if op.act is None or author is None or not self.rules.allows(op, op.act, author, seen):
            return
        history.allowed.add(op.op)
        history.author[op.op] = author
        self._take_down(op, op.act, author, seen)
        support = seen.support(author)
        if support is not None and self._leans(op, op.act, author):
            history.rests_on[op.op] = support

    def _leans(self, op: Op, act: Act, author: bytes) -> bool:
        """Whether it rests on what gave its author the role."""
        if isinstance(act, acts.Withdraw):
            return self.history.author[self.history.invite_of[op.op]] != author
        return isinstance(
            act,
            acts.Rules
            | acts.Door
            | acts.Retention
            | acts.Mailbox
            | acts.Admit
            | acts.Assign
            | acts.Remove
            | acts.Handover,
        )

    def _take_down(self, op: Op, act: Act, author: bytes, seen: AsOf) -> None:
        history, by = self.history, seen.seniority(author)
        match act:
            case acts.Admit(invite=key, keys=keys):
                before = any(a.op in op.past for a in history.arrivals_of(keys.device))
                history.arrivals.append(
                    Arrival(
                        op.op, keys.device, keys.member, keys.door, self.rules.invite(key, seen),
                        again=before and seen.role(author) == HOST,
                    )
                )  # fmt: skip
            case acts.Assign(member=whom, role=role):
                history.appointments.append(Appointment(op.op, whom, role))
            case acts.Remove(member=whom, cuts=cuts):
                history.removals.append(Removal(op.op, author, whom, by, cuts, leaving=False))
            case acts.Leave(cuts=cuts):
                history.removals.append(Removal(op.op, author, author, by, cuts, leaving=True))
            case acts.Handover(to=to, at_once=at_once):
                history.handovers.append(HandingOver(op.op, author, to, at_once))
            case acts.Fork(one=one, words=words):
                header = shown(one.header, one.signature)
                assert header is not None
                history.forks.append(ForkShown(op.op, header.device, words))
            case acts.Withdraw(invite=key):
                invite = self.rules.invite(key, seen)
                assert invite is not None
                history.invite_of[op.op] = invite
            case _:
                pass

    # ------------------------------------------------------------------------- what is void

    def _void(self, view: View) -> View:
        history = self.history
        taken: View = frozenset()
        settled: View = frozenset()
        void = self._fall(view, taken, settled)
        told: set[bytes] = set()
        removals = sorted(
            (r for r in history.removals if r.op in view),
            key=lambda r: (r.seniority, not r.leaving, history.ops[r.op].place),
        )
        for r in removals:
            if r.op in void:
                taken |= {r.op}
                continue
            settled |= {r.op}
            for device in self._devices(r.whom, view) - told:
                told.add(device)
                taken |= self._beyond(r, device, view) - settled
            void = self._fall(view, taken, settled)
        for device in dict.fromkeys(f.device for f in history.forks if f.op in view):
            forks = [f.op for f in history.forks if f.device == device and f.op in view - void]
            if not forks:
                continue
            stands = frozenset[bytes]().union(*(history.past(f) for f in forks))
            removing = {r.op for r in history.removals}
            settled |= {*forks}
            taken |= self._said(device, view) - stands - removing - settled
            void = self._fall(view, taken, settled)
        return void

    def _devices(self, member: bytes, view: View) -> set[bytes]:
        return {a.device for a in self.history.arrivals if a.member == member and a.op in view}

    def _said(self, device: bytes, view: View) -> View:
        return frozenset(o for o in view if self.history.ops[o].device == device)

    def _beyond(self, r: Removal, device: bytes, view: View) -> set[bytes]:
        beyond = set(self._said(device, view) - self._within(r, device))
        beyond.discard(self.history.founding or b"")
        if r.leaving:
            beyond -= {x.op for x in self.history.removals if x.leaving}
        for op, whom in (
            *((a.op, a.member) for a in self.history.arrivals),
            *((a.op, a.member) for a in self.history.appointments),
            *((h.op, h.to) for h in self.history.handovers),
        ):
            if op in beyond and not self._may_take_back(r, whom):
                beyond.discard(op)
        return beyond

    def _within(self, r: Removal, device: bytes) -> set[bytes]:
        past = self.history.past(r.op)
        for cut in r.cuts:
            if r.leaving or cut.device != device or cut.log != Log.AUTHORITY:
                continue
            if cut.seq == 0:
                return set()
            if cut.op in past:
                header = self.history.ops[cut.op].header
                if header.device == device and header.seq == cut.seq - 1:
                    return self.history.chain(cut.op)
        return {*past, r.op}

    def _may_take_back(self, r: Removal, member: bytes) -> bool:
        if member == r.whom:
            return True
        if r.leaving:
            return False
        then = self.as_of(self.history.past(r.op))
        return member not in then.members or then.may_remove(r.by, member)

    def _fall(self, view: View, void: View, settled: View) -> View:
        arrivals = {a.op for a in self.history.arrivals}
        seen = AsOf(self.history, view, void)
        for op in self.history.ops.values():
            if op.op not in view - void - settled:
                continue
            if self.history.rests_on.get(op.op) in void or not self._still_came(op, seen):
                void |= {op.op}
                if op.op in arrivals:  # on nothing else depends who has a place
                    seen = AsOf(self.history, view, void)
        return void

    def _still_came(self, op: Op, seen: AsOf) -> bool:
        by_then = any(
            a.op == op.op or a.op in op.past for a in seen.arrivals if a.device == op.device
        )
        return by_then and bool(seen.placed(op.device))
