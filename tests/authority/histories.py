"""Histories by chance, one for each seed: what people of all roles do to each other."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from app.circle import acts
from app.circle.acts import MAX_SAFE, Act, Cut
from app.circle.fold import AuthorityOp
from p2p.ids import ZERO, CircleId, OpId
from tests.authority import people
from tests.authority.people import door, public
from tests.authority.teller import ROLES, Teller

NAMES = ("Bo", "Cy", "Dee", "Eve", "Fay", "Gil", "Hal")
NEWCOMERS = ("Pat", "Quin", "Ray", "Sue", "Tom", "Uma")
CODES = ("code 0", "code 1", "code 2", "code 3")


@dataclass
class Drama(Teller):
    """All that can happen in a circle, and some that cannot."""

    def invites(self) -> None:
        code = self.chance.choice(CODES)
        self.writes(
            self.author("host", "moderator"), people.invite(code, self.chance.randint(1, 3))
        )

    def withdraws(self) -> None:
        self.writes(self.author("host", "member"), acts.Withdraw(public(self.chance.choice(CODES))))

    def admits(self) -> None:
        who = self.author("host", "host", "moderator")
        new = [n for n in (*NAMES, *NEWCOMERS) if n not in self.roles and n not in self.gone]
        device = self.chance.choice(new) if new and self.odds(0.75) else self.anybody()
        if self.odds(0.06) and not device.endswith("again"):
            device = f"{device} again"
        member = device.removesuffix(" again") if self.odds(0.98) else "Mallory"
        behind = door(device if self.odds(0.93) else self.anybody())
        forged = self.chance.choice(["", "certificate", "invite", "member", "device"])
        act = people.admit(
            self.circle, self.chance.choice(CODES), member, device, behind,
            forged=forged if self.odds(0.06) else "",
        )  # fmt: skip
        for _ in range(2 if self.odds(0.2) else 1):
            self.writes(who, act)
            who = self.author("host")
        if device not in self.gone:
            self.roles.setdefault(device, "member")
        if self.odds(0.7):
            self.hears(device, who)
            self.writes(device, acts.Profile(device))

    def member(self, device: str) -> bytes:
        return public(device.removesuffix(" again"))

    def gives(self) -> None:
        who = self.author("host")
        whom = self.anybody() if self.odds(0.95) else who
        role = self.chance.choice((*ROLES, "host", "moderator"))
        self.writes(who, people.assign(self.member(whom), role))
        if whom in self.roles and whom != "Ada":
            self.roles[whom] = role

    def cuts(self, whom: str) -> list[Cut]:
        """What a remover lets stand: sensibly, or not at all."""
        device, cuts = public(whom), list[Cut]()
        for _ in range(self.chance.choice((0, 1, 1, 2))):
            op = self.any_op(whom)
            cuts += self.chance.choice(
                [
                    [Cut(device, 0, self.ops[op].header.seq + 1, op)],
                    [Cut(device, 0, self.ops[op].header.seq + 1, op)],
                    [Cut(device, 0, self.ops[op].header.seq, op)],
                    [Cut(device, 0, 0, ZERO)],
                    [Cut(device, 0, MAX_SAFE, self.chance.randbytes(32))],
                    [Cut(device, 0, 1, self.any_op())],
                    [Cut(public(self.anybody()), 0, 0, ZERO)],
                    [Cut(device, 1, self.chance.randint(0, 9), self.chance.randbytes(32))],
                ]
            )
        return cuts

    def rank(self, who: str) -> tuple[int, int]:
        """Roughly how senior somebody is; less is more."""
        return ROLES.index(self.roles[who]), [*self.roles].index(who)

    def removes(self) -> None:
        who, whom = self.author("host", "moderator"), self.anybody()
        if who in self.roles and whom in self.roles and self.odds(0.8):
            who, whom = sorted((who, whom), key=self.rank)
        self.writes(who, acts.Remove(self.member(whom), "why", self.cuts(whom)))
        if self.odds(0.2):  # and back, at once
            self.writes(whom, acts.Remove(self.member(who), "as well", self.cuts(who)))
        self.goes(whom)

    def duels(self) -> None:
        """Two remove each other: one while the other, unknown to the first, rises above."""
        if len(self.roles) < 3:
            return
        host, who, whom = sorted(self.chance.sample([*self.roles], 3), key=self.rank)
        self.hears(who, host)
        self.hears(whom, host)
        rises = self.odds(0.7)
        if rises:
            self.writes(host, people.assign(self.member(whom), "host"))
            self.hears(whom, host)
        self.writes(who, acts.Remove(self.member(whom), "first", self.cuts(whom)))
        self.writes(whom, acts.Remove(self.member(who), "second", self.cuts(who)))
        if self.odds(0.5):
            self.writes(whom, self.chance.choice([acts.Profile("Up here"), acts.Rules("Mine", "")]))
        self.goes(whom)

    def races(self) -> None:
        """Two let somebody in by the last place; later a host sees both."""
        who, other = self.author("host"), self.author("host", "moderator")
        code = self.chance.choice(CODES)
        self.writes(who, people.invite(code, 1))
        self.hears(other, who)
        new = [n for n in (*NAMES, *NEWCOMERS) if n not in self.roles and n not in self.gone]
        for by in (who, other):
            device = self.chance.choice(new or ["Vi"])
            act = people.admit(self.circle, code, device, device, door(device))
            self.writes(by, act)
            self.hears(device, by)
            self.roles[device] = "member"
            if self.odds(0.6):
                self.writes(device, acts.Profile(device))
        if self.odds(0.4):
            self.hears(who, other)
            self.writes(who, act)

    def twins(self) -> None:
        """Two let one device in at once, as two people; one of these comes by another one, too."""
        who, other = self.author("host"), self.author("host", "moderator")
        code = self.chance.choice(CODES)
        new = [n for n in (*NAMES, *NEWCOMERS) if n not in self.roles and n not in self.gone]
        device, twin = self.chance.sample([*new, "Vi", "Wim"], 2)
        acts_ = [
            people.admit(self.circle, code, device, device, door(device)),
            people.admit(self.circle, code, twin, device, door(device if self.odds(0.8) else twin)),
            people.admit(self.circle, code, twin, twin, door(twin)),
        ]
        by = [who, other, self.chance.choice((who, other))]
        for one, act in self.chance.sample([*zip(by, acts_, strict=True)], 3):
            self.writes(one, act)
        self.hears(device, self.chance.choice(by))
        self.writes(device, self.chance.choice([acts.Profile(device), people.invite(code, 2)]))
        self.writes(device, acts.Device(people.keys(device, device, door(device), device)))
        self.roles[device] = self.roles[twin] = "member"

    def goes(self, who: str) -> None:
        if who in self.roles and len(self.roles) > 2:
            del self.roles[who]
            self.gone.append(who)

    def leaves(self) -> None:
        who = self.author(*ROLES)
        self.writes(who, acts.Leave(self.cuts(who)))
        self.goes(who)

    def hands_over(self) -> None:
        who = "Ada" if self.odds(0.5) else self.author("host")
        to = self.somebody("host")
        self.writes(who, acts.Handover(self.member(to), at_once=self.odds(0.4)))
        if self.odds(0.6):
            self.hears(to, who)
            self.writes(to, acts.Handover(self.member(to), at_once=self.odds(0.9)))

    def shows_fork(self) -> None:
        who, whom = self.author(*ROLES), self.anybody()
        places: dict[int, list[OpId]] = {}
        for op in self.logs.get(whom, []):
            places.setdefault(self.ops[op].header.seq, []).append(op)
        twice = [ops for ops in places.values() if len(ops) > 1]
        if twice and self.odds(0.7):
            one, other = (
                people.show(self.ops[o].header, whom) for o in self.chance.choice(twice)[:2]
            )
        else:
            signer = whom if self.odds(0.9) else "Mallory"
            seq, log = self.chance.randint(0, 1), self.chance.randint(0, 1)
            circle = ZERO if self.odds(0.1) else self.circle
            one = people.shown(circle, whom, whom, (log, seq), 1)
            payload, log = self.chance.choice((1, 2, 2, 2)), log if self.odds(0.9) else 1
            circle = circle if self.odds(0.9) else self.circle
            other = people.shown(circle, whom, signer, (log, seq), payload)
        self.writes(who, acts.Fork(one, other, self.chance.randint(0, 9)))

    def says_little(self) -> None:
        who = self.author(*ROLES)
        self.writes(
            who,
            self.chance.choice(
                [
                    None,
                    acts.Profile(f"{who} {len(self.ops)}"),
                    acts.Profile(f"{who} {len(self.ops)}"),
                    acts.Portrait(f"{who} {len(self.ops)}", b"drawn %d" % len(self.ops)),
                    acts.Device(people.keys(who, who, door(who), who)),
                    acts.Device(people.keys(who, who, door(self.anybody()), who)),
                    acts.Rules(f"{len(self.ops)}", ""),
                    acts.Retention(len(self.ops) % 4 * 10),
                    people.policy(len(self.ops)),
                    acts.Retention(7) if len(self.ops) % 3 else people.policy(len(self.ops)),
                    acts.Vouch(public(self.chance.choice(CODES)), f"{len(self.ops)}"),
                    acts.Writing(b"n" * 16, "story", "", "words in the wrong log"),
                    people.founding(who, self.chance),
                ]
            ),
        )

    def boxes(self) -> None:
        """A mailbox, or another word of it; now and then one host tells of more than count."""
        who, many = self.author("host", "host", "moderator"), self.odds(0.12)
        for number in range(10) if many else [self.chance.randrange(11)]:
            retired = self.odds(0.05 if many else 0.4)
            act = people.mailbox(number, f"box {len(self.ops)}", retired=retired)
            self.writes(who, act)

    def renews(self) -> None:
        """An epoch, or who was given it, or the way back from it."""
        who = self.author("host", "member")
        epochs = [o.op for o in self.ops.values() if isinstance(o.act, acts.Epoch)]
        known = [e for e in epochs if e in self.knows.get(who, ())] if self.odds(0.95) else epochs
        parents: list[bytes] = self.chance.sample(known, min(len(known), 2)) or [ZERO]
        act: Act = acts.Epoch(b"w" * 32, b"a" * 32, parents, [public(self.anybody())])
        epoch = self.chance.choice(known or [ZERO])
        if known and self.odds(0.4):
            some = {public(self.anybody()) for _ in range(self.chance.randint(1, 2))}
            act = acts.Granted(epoch, sorted(some))
        elif known and self.odds(0.5):
            made = cast("acts.Epoch", self.ops[OpId(epoch)].act)
            linked = made.parents if self.odds(0.8) else [self.any_op()]
            who = next(n for n, log in self.logs.items() if epoch in log)
            act = acts.Link(epoch, [acts.ParentSecrets(p, b"a" * 32, None) for p in linked])
        else:
            epoch = parents[0] if self.odds(0.95) else epoch
        self.writes(who, act, epoch=epoch)

    def parts(self) -> None:
        """From now on there are two or three camps, or one again."""
        camps = self.chance.choice((1, 1, 2, 3))
        self.camp = {name: self.chance.randrange(camps) for name in self.roles}


def a_history(number: int, *, twins: int = 1) -> list[AuthorityOp]:
    """The history of a seed. `twins`: how often devices are let in as two people's."""
    chance = random.Random(number)
    teller = Drama(chance)
    act = people.founding("Ada", chance)
    teller.circle = CircleId(teller.says("Ada", act, circle=ZERO))
    teller.roles["Ada"] = "host"
    teller.talk = chance.choice((0.1, 0.3, 0.5, 0.7))
    for code in CODES[:3]:
        teller.says("Ada", people.invite(code, chance.randint(2, 4)))
    for place, name in enumerate(NAMES[: chance.randint(2, 6)]):
        code = CODES[place // 2]
        teller.says("Ada", people.admit(teller.circle, code, name, name, door(name)))
        teller.hears(name, "Ada")
        teller.roles[name] = "member"
        if chance.random() < 0.75:
            role = chance.choice(("host", "host", "moderator", "guest"))
            teller.says("Ada", people.assign(public(name), role))
            teller.roles[name] = role
    steps: list[tuple[Callable[[], None], int]] = [
        (teller.invites, 3), (teller.withdraws, 2), (teller.admits, 9), (teller.gives, 9),
        (teller.removes, 7), (teller.leaves, 2), (teller.duels, 3), (teller.races, 2),
        (teller.twins, twins),
        (teller.hands_over, 4), (teller.shows_fork, 3),
        (teller.says_little, 7), (teller.boxes, 2), (teller.renews, 6), (teller.parts, 4),
    ]  # fmt: skip
    length = chance.randint(15, 58)
    while len(teller.ops) < length:
        (step,) = chance.choices([s for s, _ in steps], [w for _, w in steps])
        step()
    ops = list(teller.ops.values())
    if chance.random() < 0.1:
        del ops[chance.randrange(len(ops))]
    return ops
