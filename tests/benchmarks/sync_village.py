"""The circle that replication is measured on: stores full of words, made once and then copied.

Three people write over sixty days, two of them each hour, to the end of the last whole hour. They
are connected all the time and hand over what was written every six hours, so words name the others'
newest as they would in life. Everything goes the ways of the program: rooms, outboxes,
conversations, SQLCipher on disk; only the sockets between them are left out. In the end all three
hold all posts.
"""

import json
import random
import time
from pathlib import Path
from typing import Final

from app import vault
from app.circle.acts import Writing
from app.places import Places
from app.store import circles
from app.store.db import open_store
from app.vault import KdfCost
from p2p.crypto import system_entropy
from p2p.op import POST_NONCE_SIZE
from tests.p2p.village import Line, Person, Village, Watch, seeded

PASSPHRASE: Final = "amber kettle willow river"
CHEAP: Final = KdfCost(ops=1, mem_bytes=8192)
"""The cheapest Argon2id: stretching a passphrase is no part of what is measured."""

SIZE: Final = 300  # bytes of a post's text
DAYS: Final = 60
HANDED_OVER: Final = 6  # hours
NAMES: Final = ("Ada", "Ben", "Cleo")

_HOUR: Final = 3_600_000  # ms
_WORDS: Final = 4000


def texts(count: int) -> list[str]:
    """Posts of 300 bytes: words of a made-up language, few of them frequent, most of them rare."""
    chance = random.Random("texts")
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "an", "er", "is")]
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        length = chance.choices((1, 2, 3), (1, 5, 3))[0]
        words["".join(chance.choices(syllables, k=length))] = None
    weights = [1 / rank for rank in range(1, _WORDS + 1)]
    sums = [sum(weights[:1])]
    for weight in weights[1:]:
        sums.append(sums[-1] + weight)
    names = list(words)
    return [
        f"{number} {' '.join(chance.choices(names, cum_weights=sums, k=100))}"[: SIZE - 1] + "."
        for number in range(count)
    ]


class Builders(Village):
    """A village whose people live in homes that `hearthside` can open."""

    def __init__(self, folder: Path, since: int) -> None:
        """`since`: where their clock begins, ms since 1970."""
        super().__init__(folder)
        self.watch.at = since

    def _computer(self, name: str) -> Person:
        places = Places(self.folder / name)
        places.folder.mkdir(parents=True)
        header = vault.make_header(CHEAP, system_entropy)
        key = vault.derive(header, PASSPHRASE)
        vault.write_header(places.header, vault.with_check(header, key))
        db = open_store(places.store, key, create=True)
        db.read("PRAGMA synchronous=OFF")  # nobody measures how these stores are made
        person = Person(name, places.store, db, self.watch, seeded(name))
        self.people.append(person)
        return person


def build(folder: Path, posts: int) -> None:
    """Make the homes Ada, Ben and Cleo and `texts.txt` in a folder; minutes for 100,000 posts."""
    # Whole hours that are over: what is written in the future goes by when it came, elsewhere.
    since = (time.time_ns() // 1_000_000 // _HOUR - DAYS * 24) * _HOUR
    lines = texts(posts)
    (folder / "texts.txt").write_text("".join(line + "\n" for line in lines))
    with Builders(folder, since) as village:
        ada = village.founder(NAMES[0], circle="Bench")
        others = [village.joined(ada, name) for name in NAMES[1:]]
        people = [ada, *others]
        open_lines = [Line(other, ada) for other in others]
        _carry(open_lines, people)
        hours: dict[int, list[int]] = {}
        for number in range(posts):
            at = since + (number + 1) * DAYS * 24 * _HOUR // (posts + 1)
            hours.setdefault(at // _HOUR, []).append(number)
        for hour, numbers in hours.items():
            village.watch.at = max(village.watch.at, hour * _HOUR)
            half = len(numbers) // 2
            for part, author in ((numbers[:half], hour), (numbers[half:], hour + 1)):
                _write(people[author % len(people)], [lines[number] for number in part])
            if hour % HANDED_OVER == 0:
                _carry(open_lines, people)
        _carry(open_lines, people)
        for person in people:
            if person.room.posts.count_signed() != posts:
                raise AssertionError("not everything has come to everybody")
    (folder / "made.json").write_text(json.dumps({"posts": posts}))


def _write(author: Person, bodies: list[str]) -> None:
    """Posts of one hour, kept in one transaction and signed in another."""
    if not bodies:
        return
    with author.room.change() as change:
        for body in bodies:
            author.watch.go_on(ms=_HOUR // 2 // (len(bodies) + 1))
            nonce = author.entropy(POST_NONCE_SIZE)
            author.outbox.write(change, Writing(nonce=nonce, kind="story", title="", body=body))
    author.sign()


def _carry(lines: list[Line], people: list[Person]) -> None:
    """Hand everything over, also from one by way of another, and forget what was said of it."""
    while sum(line.carry() for line in lines):
        for line in lines:
            line.said.clear()
            line.left.told.clear()
            line.right.told.clear()
    for person in people:
        person.heard.clear()


def made(folder: Path) -> int:
    """How many posts a folder was made with; 0: it was not."""
    try:
        return int(json.loads((folder / "made.json").read_text())["posts"])
    except FileNotFoundError:
        return 0


def moved_in(folder: Path, name: str) -> Person:
    """Somebody on a store that was made earlier, with a clock that stands at the present."""
    places = Places(folder / name)
    key = vault.derive(vault.read_header(places.header), PASSPHRASE)
    db = open_store(places.store, key, create=False)
    watch = Watch(time.time_ns() // 1_000_000)
    person = Person(name, places.store, db, watch, seeded(f"{name}, later"))
    (row,) = circles.all_circles(db)
    person.move_in(row)
    return person
