"""Posts carried by hand: one home writes a sealed file, another takes it in, and disks fail."""

import errno
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from app import byhand
from app import commands as c
from app.claims import AFTERWARDS
from app.events import MemberChanged, PostArrived, PostsArrived
from app.handfiles import ENOUGH
from app.refused import Refused, Why
from app.store.db import Database, open_store
from p2p.errors import OurFault
from p2p.handfile import MAGIC
from p2p.ids import DeviceId
from tests.app.folders import a_persons_folder
from tests.app.test_household import Home, code_of, found, opened, refusal, visit
from tests.journeys.test_secrets import found_in, spellings
from tests.p2p.village import KEY, Watch


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "store.db", KEY, create=True)
    yield db
    db.close()


@pytest.fixture
def bos_db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "bo.db", KEY, create=True)
    yield db
    db.close()


def words(home: Home, circle: str, *bodies: str) -> list[str]:
    write = home.household.write_post
    return [write(c.WritePost(circle=circle, body=body)).post for body in bodies]


def bodies(home: Home, circle: str) -> set[str]:
    posts = home.household.list_posts(c.ListPosts(circle=circle, limit=1000))
    return {post.body for post in posts}


async def takes(home: Home, circle: str, path: Path, *, replace: bool = False) -> c.PostsTaken:
    asked = c.TakePosts(circle=circle, path=str(path), replace=replace)
    return await home.household.take_posts(asked)


async def brings(home: Home, path: Path, circle: str | None = None) -> c.PostsBrought:
    return await home.household.bring_posts(c.BringPosts(path=str(path), circle=circle))


async def let_in(ada: Home, bo: Home, circle: str) -> None:
    """Bo is let in, and the line broke before anything of the circle came."""
    code = await code_of(ada, circle)
    join = bo.household.join_circle(c.JoinCircle(code=code, display_name="Bo")).join
    visit(ada, circle, bo, join)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ---------------------------------------------------------------------------------------- by hand


async def test_a_circle_that_only_ever_met_at_the_door_lives_by_hand(
    db: Database, bos_db: Database, watch: Watch, stick: Path
) -> None:
    """Bo was let in and has nothing yet; all comes by a file, and his name and words go by one."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        words(ada, circle, "one", "two")
        await let_in(ada, bo, circle)
        with refusal(Why.NOT_ALLOWED):
            await takes(bo, circle, stick / "too early")
        taken = await takes(ada, circle, stick / "there")
        assert (taken.posts, taken.people, taken.waiting) == (2, 2, 0)
        assert taken.bytes == (stick / "there").stat().st_size
        came = await brings(bo, stick / "there")
        assert (came.circle, came.new, came.closed) == (circle, 2, 0)
        assert bodies(bo, circle) == {"one", "two"}
        assert len(bo.hears(PostArrived)) == 2

        words(bo, circle, "three")
        ada.heard.clear()
        assert (await takes(bo, circle, stick / "back")).posts == 3
        assert (await brings(ada, stick / "back", circle)).new == 1
        assert {m.display_name for m in ada.household.members(c.ListMembers(circle=circle))} == {
            "Ada", "Bo",
        }  # fmt: skip
        assert ada.hears(MemberChanged)
        digest = c.ReadDigest(circle=circle)
        assert ada.household.digest(digest) == bo.household.digest(digest)


async def test_many_posts_are_said_as_many(
    db: Database, bos_db: Database, watch: Watch, stick: Path
) -> None:
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        await let_in(ada, bo, circle)
        words(ada, circle, *(f"letter {number}" for number in range(200)))
        await takes(ada, circle, stick / "file")
        await brings(bo, stick / "file")
        assert sum(event.count for event in bo.hears(PostsArrived)) == 200


async def test_it_is_taken_into_the_circle_it_is_of(
    db: Database, bos_db: Database, watch: Watch, stick: Path
) -> None:
    """Whichever is open in the window; where one is named it is that one or none."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle, other, third = found(ada), found(ada, name="Mornings"), found(bo)
        await let_in(ada, bo, circle)
        words(ada, circle, "for the evening")
        words(ada, other, "for the morning")
        await takes(ada, circle, stick / "evening")
        await takes(ada, other, stick / "morning")
        with refusal(Why.NOT_ALLOWED):
            await brings(bo, stick / "morning")
        with refusal(Why.NOT_ALLOWED):
            await brings(bo, stick / "evening", third)
        assert (await brings(bo, stick / "evening")).circle == circle
        assert (await brings(ada, stick / "morning")).circle == other
        with refusal(Why.NO_SUCH_CIRCLE):
            await brings(ada, stick / "morning", "f" * 64)


async def test_own_words_are_sealed_into_it_once_and_nobody_counts_as_reached(
    db: Database, bos_db: Database, watch: Watch, stick: Path
) -> None:
    """Numbered at the first file; the next has the same ops. By either nobody has been reached."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        await let_in(ada, bo, circle)
        (post,) = words(ada, circle, "mine")
        await takes(ada, circle, stick / "one")
        digest = ada.household.digest(c.ReadDigest(circle=circle))
        await takes(ada, circle, stick / "two")
        assert ada.household.digest(c.ReadDigest(circle=circle)) == digest
        row = ada.household.read_thread(c.ReadThread(circle=circle, post=post)).post
        assert row is not None
        assert (row.reached, row.of) == (0, 1)


async def test_where_somebody_holds_newer_words_of_ours_none_are_numbered(
    db: Database, watch: Watch, stick: Path
) -> None:
    """This disk was put back: what waits stays here, and the person is told how much that is."""
    async with opened(db, watch) as ada:
        circle = found(ada)
        words(ada, circle, "waits", "waits too")
        shelf = ada.household.circle(circle).shelf
        shelf.claims(DeviceId(b"b" * 32), 5)
        shelf.talk_over(DeviceId(b"b" * 32))
        taken = await takes(ada, circle, stick / "file")
        assert (taken.posts, taken.waiting) == (0, 2)
        watch.go_on(ms=AFTERWARDS)
        taken = await takes(ada, circle, stick / "file", replace=True)
        assert (taken.posts, taken.waiting) == (2, 0)


async def test_who_has_left_takes_nothing_and_brings_in_nothing(
    db: Database, watch: Watch, stick: Path
) -> None:
    async with opened(db, watch) as ada:
        circle = found(ada)
        words(ada, circle, "mine")
        await takes(ada, circle, stick / "file")
        await ada.household.leave(c.LeaveCircle(circle=circle))
        for asked in (circle, None):
            with refusal(Why.NOT_ALLOWED):
                await brings(ada, stick / "file", asked)
        with refusal(Why.NOT_ALLOWED):
            await takes(ada, circle, stick / "another")
        assert names(stick) == {"file"}


# ---------------------------------------------------------------------------------- what it tells


async def test_nothing_of_the_circle_is_to_be_found_in_a_file(
    db: Database, watch: Watch, stick: Path
) -> None:
    """No word, name or id, in any encoding; two files of it have nothing in common either."""
    async with opened(db, watch) as ada:
        circle = found(
            ada, name="Heron-Quay", about="for those at the quay", display_name="Adalind Reed"
        )
        (post,) = words(ada, circle, "the canary sings at dusk " * 20)
        running = ada.household.circle(circle)
        for name in ("one", "two"):
            await takes(ada, circle, stick / name)
        room = running.room
        rows = room.db.read("SELECT op, envelope FROM ops")
        keys = room.ledger.view.devices()[room.ledger.device]
        ids = [bytes(cell) for row in rows for cell in row] + [
            bytes.fromhex(circle), bytes.fromhex(post), room.ledger.me, room.ledger.device,
            keys.door, keys.seal[:32], keys.seal[-32:], *room.ledger.keyring.epochs(),
            room.row.device_seed,
        ]  # fmt: skip
        hints = [envelope[30:42] for _, envelope in running.shelf.envelopes([r[1] for r in rows])]
        said = ["Heron-Quay", "those at the quay", "Adalind Reed", "canary sings"]
        hidden: list[str | bytes] = [*said, *ids, *hints]
        needles = {str(number): spellings(needle) for number, needle in enumerate(hidden)}
        one, two = ((stick / name).read_bytes() for name in ("one", "two"))
        assert len(hints) > 4
        assert len(one) == len(two)
        for file in (one, two):
            assert not found_in(file, needles)
        seen = {one[at : at + 8] for at in range(len(MAGIC) + 1, len(one) - 7)}
        assert not any(two[at : at + 8] in seen for at in range(len(MAGIC) + 1, len(two) - 7))


# --------------------------------------------------------------------------------- files and disks


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, what: str, code: int, *, after: int) -> Iterator[None]:
    """The operating system refuses to do this, after having done it so often."""
    done = 0
    real: Callable[..., object] = getattr(os, what)

    def fails(*args: object, **more: object) -> object:
        nonlocal done
        done += 1
        if done > after:
            raise OSError(code, "made up")
        return real(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, what, fails)
        yield


@pytest.mark.parametrize(
    ("what", "code", "after", "kind"),
    [
        ("write", errno.ENOSPC, 0, Why.DISK_FULL), ("write", errno.ENOSPC, 1, Why.DISK_FULL),
        ("write", errno.EIO, 1, Why.READ_ONLY), ("fsync", errno.EIO, 0, Why.READ_ONLY),
        ("fsync", errno.EDQUOT, 0, Why.DISK_FULL), ("open", errno.EROFS, 0, Why.READ_ONLY),
    ],
)  # fmt: skip
async def test_a_stick_that_is_full_or_pulled_out_leaves_no_half_file(  # noqa: PLR0917 - cases
    db: Database, watch: Watch, stick: Path, monkeypatch: pytest.MonkeyPatch, what: str,
    code: int, after: int, kind: Why,
) -> None:  # fmt: skip
    """And what was there before is there still."""
    async with opened(db, watch) as ada:
        circle = found(ada)
        words(ada, circle, *("long " * 9000 for _ in range(2 * ENOUGH // 45_000)))
        stick = stick / "stick"
        stick.mkdir()
        (stick / "file").write_bytes(MAGIC + b"older")
        with failing(monkeypatch, what, code, after=after), refusal(kind):
            await takes(ada, circle, stick / "file", replace=True)
        assert names(stick) == {"file"}
        assert (stick / "file").read_bytes() == MAGIC + b"older"
        assert (await takes(ada, circle, stick / "file", replace=True)).posts == 46


async def test_a_stick_that_knows_no_links_gets_its_file_too(
    db: Database, watch: Watch, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And keeps a file of that name which came meanwhile."""
    async with opened(db, watch) as ada:
        circle = found(ada)
        with failing(monkeypatch, "link", errno.EPERM, after=0):
            await takes(ada, circle, stick / "file")
            with refusal(Why.ALREADY_EXISTS):
                await takes(ada, circle, stick / "file")
        for links in (True, False):
            late = stick / f"late {links}"

            def came_meanwhile(*_: object, late: Path = late, links: bool = links) -> None:
                late.write_bytes(b"theirs")
                raise FileExistsError if links else PermissionError

            with monkeypatch.context() as patch, refusal(Why.ALREADY_EXISTS):
                patch.setattr(os, "link", came_meanwhile)
                await takes(ada, circle, late)
            assert late.read_bytes() == b"theirs"


async def test_nothing_but_an_older_file_of_the_kind_is_replaced(
    db: Database, watch: Watch, stick: Path, tmp_path: Path
) -> None:
    """Whoever picks their letters, or the store itself, by mistake loses nothing."""
    async with opened(db, watch) as ada:
        circle = found(ada)
        for name, content in (("letters", b"Dear Bo"), ("almost", MAGIC[:-1])):
            (stick / name).write_bytes(content)
            with refusal(Why.ALREADY_EXISTS):
                await takes(ada, circle, stick / name, replace=True)
            assert (stick / name).read_bytes() == content
        for place in (stick, tmp_path / "store.db"):
            with refusal(Why.ALREADY_EXISTS):
                await takes(ada, circle, place, replace=True)
        for nowhere in (Path("/"), Path()):
            with refusal(Why.READ_ONLY):
                await takes(ada, circle, nowhere, replace=True)
        for name in ("empty", "older"):
            (stick / name).write_bytes(b"" if name == "empty" else MAGIC + b"older")
            await takes(ada, circle, stick / name, replace=True)
            assert (await brings(ada, stick / name)).new == 0


async def test_a_folder_that_one_may_not_write_to_is_said(db: Database, watch: Watch) -> None:
    async with opened(db, watch) as ada:
        circle = found(ada)
        with a_persons_folder() as folder:
            await takes(ada, circle, folder / "file")
            folder.chmod(0o500)
            with refusal(Why.READ_ONLY):
                await takes(ada, circle, folder / "another")
            (folder / "file").chmod(0)
            with refusal(Why.BAD_FILE):
                await brings(ada, folder / "file")


async def test_a_stick_pulled_out_while_it_is_read_says_so(
    db: Database, watch: Watch, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(db, watch) as ada:
        circle = found(ada)
        await takes(ada, circle, stick / "file")
        with failing(monkeypatch, "read", errno.EIO, after=0), refusal(Why.BAD_FILE):
            await brings(ada, stick / "file")
        os.mkfifo(stick / "pipe")
        with trio.fail_after(5), refusal(Why.BAD_FILE):
            await brings(ada, stick / "pipe")


async def test_what_came_before_the_damage_stays_and_is_counted(
    db: Database, bos_db: Database, watch: Watch, stick: Path
) -> None:
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        await let_in(ada, bo, circle)
        words(ada, circle, *("long " * 9000 for _ in range(20)))
        await takes(ada, circle, stick / "file")
        whole = (stick / "file").read_bytes()
        for cut, sentence in (
            (15_000, byhand.NOTHING_CAME), (30, byhand.NOT_ONE), (0, byhand.NOT_ONE),
            (len(whole) // 2, "posts came in before that, and stay."),
            (len(whole) - 1, "posts came in before that, and stay."),
        ):  # fmt: skip
            (stick / "cut").write_bytes(whole[:cut])
            with pytest.raises(Refused) as refused:
                await brings(bo, stick / "cut")
            assert refused.value.kind is Why.BAD_FILE
            assert sentence in refused.value.message
        assert len(bo.household.list_posts(c.ListPosts(circle=circle))) == 19
        assert (await brings(bo, stick / "file")).new == 1


async def test_a_file_by_a_newer_version_says_what_to_do(
    db: Database, watch: Watch, stick: Path
) -> None:
    async with opened(db, watch) as ada:
        found(ada)
        (stick / "file").write_bytes(MAGIC + b"\x02" + bytes(70_000))
        with pytest.raises(Refused, match="newer Hearthside"):
            await brings(ada, stick / "file")


# ------------------------------------------------------------------------------------- meanwhile


async def test_the_home_goes_on_with_everything_else(
    db: Database, bos_db: Database, watch: Watch, stick: Path
) -> None:
    """Other tasks have their turn after each record, and post while a file is written."""
    async with opened(db, watch) as ada, opened(bos_db, watch, "Bo") as bo:
        circle = found(ada)
        await let_in(ada, bo, circle)
        words(ada, circle, *("long " * 9000 for _ in range(40)))
        for home, carry in ((ada, takes(ada, circle, stick / "file")),
                            (bo, brings(bo, stick / "file"))):  # fmt: skip
            turns = 0
            over = trio.Event()

            async def carried(work: Coroutine[Any, Any, object], over: trio.Event) -> None:
                await work
                over.set()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(carried, carry, over)
                while not over.is_set():
                    await trio.lowlevel.checkpoint()
                    turns += 1
                    if turns == 5 and home is ada:
                        words(home, circle, "meanwhile")
            assert turns > 40
        assert "meanwhile" in bodies(ada, circle)


async def begun(stick: Path) -> None:
    """Until a file is under way."""
    while not names(stick):
        await trio.lowlevel.checkpoint()


async def test_a_home_locked_meanwhile_leaves_no_file(
    db: Database, watch: Watch, stick: Path
) -> None:
    """The fault is told by the home, which knows that it is locked."""

    async def locks() -> None:
        await begun(stick)
        db.close()

    async with opened(db, watch) as ada:
        circle = found(ada)
        words(ada, circle, *("long " * 9000 for _ in range(40)))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(locks)
            with pytest.raises(OurFault):
                await takes(ada, circle, stick / "file")
        assert names(stick) == set()


async def test_a_circle_erased_meanwhile_leaves_no_file(
    db: Database, watch: Watch, stick: Path
) -> None:
    async with opened(db, watch) as ada:
        circle = found(ada)
        words(ada, circle, *("long " * 9000 for _ in range(40)))

        async def leaves() -> None:
            await begun(stick)
            await ada.household.leave(c.LeaveCircle(circle=circle, erase=True))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(leaves)
            with refusal(Why.NOT_ALLOWED):
                await takes(ada, circle, stick / "file")
        assert names(stick) == set()
