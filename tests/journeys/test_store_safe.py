"""The store: shut without the passphrase, safe on a bad disk, and open in one process at a time."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from app import vault
from app.places import Places
from app.rpc_client import RpcError
from app.store.db import open_store
from app.store.migrations import STEPS
from tests.journeys.people import (
    OUR_PROGRAM,
    PASSPHRASE,
    Person,
    free_port,
    on_port,
    the_same,
    trouble,
    village,
)

TREE = Path(__file__).parents[2]


async def opens_not(person: Person, passphrase: str = PASSPHRASE) -> str:
    """The kind of refusal that opening gets; the home stays locked and alive."""
    refusal = await person.is_refused("home.unlock", passphrase=passphrase)
    assert (await person.ask("home.status"))["state"] == "locked"
    assert (await person.is_refused("circle.list")).kind == "locked"
    return refusal.kind


async def test_nothing_opens_the_store_but_the_passphrase(tmp_path: Path) -> None:
    """Wrong ones are told so, one after the other; then the right one opens and all is there."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        await ada.writes(circle, "For nobody else.")
        await ada.sleeps()
        await ada.starts()
        for wrong in ("", " ", PASSPHRASE.upper(), PASSPHRASE + " ", PASSPHRASE[:-1], "x" * 1024):
            assert await opens_not(ada, wrong) == "wrong_passphrase"
        await ada.ask("home.unlock", passphrase=PASSPHRASE)
        assert await ada.bodies(circle) == {"For nobody else."}
        await ada.ask("home.lock")
        assert await opens_not(ada, "nine lamps") == "wrong_passphrase"
        await ada.ask("home.unlock", passphrase=PASSPHRASE)
        assert await ada.bodies(circle) == {"For nobody else."}


async def test_a_header_that_was_meddled_with_opens_nothing(tmp_path: Path) -> None:
    """Other salt, cost or check, cut short, gone, another home's, a newer version: told apart."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ada.sleeps()
        await ben.sleeps()
        header = ada.folder / "header.json"
        good = header.read_bytes()
        fields = json.loads(good)
        other = json.loads((ben.folder / "header.json").read_bytes())
        salt, check = other["salt"], other["check"]
        meddled: list[tuple[bytes | None, set[str]]] = [
            (json.dumps(fields | {"salt": salt}).encode(), {"wrong_passphrase"}),
            (json.dumps(fields | {"check": check}).encode(), {"wrong_passphrase"}),
            (json.dumps(fields | {"cost": {"ops": 2, "mem_bytes": 8192}}).encode(),
             {"wrong_passphrase"}),
            (json.dumps(fields | {"cost": {"ops": 1, "mem_bytes": 2**60}}).encode(),
             {"damaged_store"}),
            (json.dumps(fields | {"check": ""}).encode(), {"damaged_store"}),
            (json.dumps(fields | {"version": 2}).encode(), {"newer_store"}),
            (json.dumps(fields | {"version": 0}).encode(), {"damaged_store"}),
            (json.dumps(other).encode(), {"damaged_store"}),  # its key is right, for another store
            (good[:-20], {"damaged_store"}), (b"", {"damaged_store"}), (b"\xff", {"damaged_store"}),
            (b"x" * 100_000, {"damaged_store"}), (None, {"damaged_store"}),
        ]  # fmt: skip
        await ada.starts()
        for raw, kinds in meddled:
            if raw is None:
                header.unlink()
            else:
                header.write_bytes(raw)
            assert {await opens_not(ada)} == kinds, raw
        header.write_bytes(good)
        await ada.ask("home.unlock", passphrase=PASSPHRASE)
        assert (await ada.circle(circle))["name"] == "By the water"


async def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """Told so, not a byte of it changed; the version that made it opens it again."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        await ada.sleeps()
        set_version(ada.folder, 99)
        before = (ada.folder / "store.db").read_bytes()
        await ada.starts()
        assert await opens_not(ada) == "newer_store"
        assert (ada.folder / "store.db").read_bytes() == before
        await ada.sleeps()
        set_version(ada.folder, len(STEPS))
        await ada.wakes()
        assert (await ada.circle(circle))["state"] == "member"


def set_version(folder: Path, version: int) -> None:
    """Say that a store has been through so many steps."""
    places = Places(folder)
    key = vault.derive(vault.read_header(places.header), PASSPHRASE)
    store = open_store(places.store, key, create=False, steps=("SELECT 1",) * 99)
    with store.write():
        store.execute(f"PRAGMA user_version={version}")
    store.close()


async def test_a_damaged_store_is_told_so(tmp_path: Path) -> None:
    """A file cut short, or empty, or other bytes altogether: told so, and nothing made anew."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        for number in range(30):
            await ada.writes(circle, f"post {number}")
        await ada.sleeps()
        file = ada.folder / "store.db"
        good = file.read_bytes()
        await ada.starts()
        for bad in (b"", good[: len(good) // 3], b"\0" * len(good), b"\xff" + good[1:]):
            file.write_bytes(bad)
            assert await opens_not(ada) == "damaged_store"
            assert file.read_bytes() == bad
        file.write_bytes(good)
        await ada.ask("home.unlock", passphrase=PASSPHRASE)
        assert len(await ada.bodies(circle)) == 30


async def test_damage_anywhere_is_noticed_and_survived(tmp_path: Path) -> None:
    """One bit in any page: refused where it is read, never a crash, never wrong words."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        wrote = {f"{number} " + "x" * 1500 for number in range(12)}
        for body in wrote:
            await ada.writes(circle, body)
        await ada.sleeps()
        file = ada.folder / "store.db"
        good = file.read_bytes()
        await ada.starts()
        hurt = 0
        for page in range(0, len(good), 4096):
            bad = bytearray(good)
            bad[page + 2000] ^= 4
            file.write_bytes(bad)
            kinds = set()
            for method, params in (
                ("home.unlock", {"passphrase": PASSPHRASE}),
                ("circle.list", {}),
                ("post.list", {"circle": circle}),
                ("circle.digest", {"circle": circle}),
                ("post.search", {"circle": circle, "words": "xx"}),
                ("circle.members", {"circle": circle}),
                ("draft.list", {"circle": circle}),
                ("home.lock", {}),
            ):
                try:
                    answer = await ada.ask(method, **params)
                except RpcError as refusal:
                    kinds.add(refusal.kind)
                else:
                    if method == "post.list":
                        assert {post["body"] for post in answer} == wrote
            assert kinds <= {"damaged_store", "locked"}, (page // 4096, kinds)
            hurt += "damaged_store" in kinds
        assert hurt > len(good) / 4096 / 2, "most pages are read by one of these"
        file.write_bytes(good)
        await ada.ask("home.unlock", passphrase=PASSPHRASE)
        assert await ada.bodies(circle) == wrote


def run_second(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*OUR_PROGRAM, "rpc", "--home", str(folder), "--no-lan"],
        cwd=TREE, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


async def test_one_home_is_open_in_one_process(tmp_path: Path) -> None:
    """New, locked or open: a second process says one sentence and ends with 3; a kill frees it."""
    async with village(tmp_path) as new:
        ada = await new("Ada", home=tmp_path / "ada")

        async def turned_away() -> None:
            second = await trio.to_thread.run_sync(run_second, ada.folder)
            assert (second.returncode, second.stdout) == (3, "")
            assert second.stderr == "This home is already open in another window or program.\n"

        await turned_away()  # open
        await ada.ask("home.lock")
        await turned_away()  # locked
        # Also by another name of the same folder.
        (tmp_path / "elsewhere").symlink_to(ada.folder)
        second = await trio.to_thread.run_sync(run_second, tmp_path / "elsewhere")
        assert second.returncode == 3
        assert (await ada.ask("home.status"))["state"] == "locked"
        await ada.dies()
        await ada.wakes()
        await ada.sleeps()
        for file in ("store.db", "header.json"):
            (ada.folder / file).unlink()
        await ada.starts()
        assert (await ada.ask("home.status"))["state"] == "new"
        await turned_away()  # new


# -- disks ------------------------------------------------------------------------------------


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[Path]:
    """A file system of its own in memory. Only root can make one; else the test is skipped."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("not here: the right to mount a small disk")
    at.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", str(at)],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        pytest.skip("not here: the right to mount a small disk")
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill a disk to the last byte but `leave`."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError as fault:
            assert fault.errno == errno.ENOSPC  # noqa: PT017 - the disk has to be full now
    if leave:
        os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


def free(disk: Path) -> None:
    (disk / "filler").unlink()


async def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Refused as `disk_full`, home alive; space is made, and the same post goes through, once."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        async with village(tmp_path) as new:
            ada, ben = await new("Ada", home=disk / "ada"), await new("Ben")
            circle = await ada.founds("By the water")
            await ben.comes_in(await ada.invites(circle))
            await ada.writes(circle, "Before")
            await the_same(circle, ada, ben, posts=1)
            fill(disk)
            long = "A long one. " * 3000
            for _ in range(2):
                refusal = await ada.is_refused("post.create", circle=circle, body=long)
                assert refusal.kind == "disk_full"
                assert "Nothing you sent is lost" in refusal.message
            for method, params in (
                ("circle.create", {"name": "Another", "display_name": "Ada"}),
                ("circle.invite", {"circle": circle}),
                ("circle.join", {"code": await ben.invites(circle), "display_name": "Ada"}),
            ):
                assert (await ada.is_refused(method, **params)).kind == "disk_full"
            assert await ada.bodies(circle) == {"Before"}
            # What others write meanwhile can't be kept; a sentence says so.
            await ben.writes(circle, "From Ben " + "y" * 40_000)
            await ada.hears(trouble("disk_full"))
            assert (await ada.ask("home.status"))["state"] == "open"
            free(disk)
            await ada.writes(circle, long)
            digest = await the_same(circle, ada, ben, posts=3)
            assert await ada.bodies(circle) == await ben.bodies(circle)
            assert len(await ada.bodies(circle)) == 3
            await ada.dies()
            await ada.wakes()
            assert await ada.digest(circle) == digest


async def test_on_a_disk_that_fills_up_each_post_is_kept_or_refused(tmp_path: Path) -> None:
    """However little is left: an answer means that it is kept, a refusal that it is not.

    Also where the disk has room to keep a post and none to sign it for whoever is there.
    """
    with small_disk(tmp_path / "disk", "4m") as disk:
        async with village(tmp_path) as new:
            ada, ben = await new("Ada", home=disk / "ada"), await new("Ben")
            circle = await ada.founds("By the water")
            await ben.comes_in(await ada.invites(circle))
            await the_same(circle, ada, ben)
            await ada.reaches(ben)
            kept: set[str] = set()
            for left in range(8192, 300_000, 24 * 1024):
                fill(disk, leave=left)
                for number in range(40):
                    body = f"{left} {number} " + "z" * 6000
                    try:
                        await ada.writes(circle, body)
                    except RpcError as fault:
                        refusal = fault
                        break
                    kept.add(body)
                else:
                    raise AssertionError("the disk never was full")
                assert refusal.kind == "disk_full"
                assert await ada.bodies(circle) == kept
                free(disk)
            await ada.writes(circle, "Room again.")
            await the_same(circle, ada, ben, posts=len(kept) + 1)
            assert await ben.bodies(circle) == kept | {"Room again."}


async def test_a_home_opens_on_a_full_disk(tmp_path: Path) -> None:
    """To be read; also where it would have something to write at once: another port to remember."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        async with village(tmp_path) as new:
            ada = await new("Ada", home=disk / "ada")
            circle = await ada.founds("By the water")
            await ada.writes(circle, "Before")
            await ada.sleeps()
            fill(disk)
            await ada.wakes(on_port(free_port()))
            await ada.hears(trouble("disk_full"))
            assert await ada.bodies(circle) == {"Before"}
            refusal = await ada.is_refused("post.create", circle=circle, body="z" * 40_000)
            assert refusal.kind == "disk_full"
            free(disk)
            await ada.writes(circle, "Room again.")

            await ada.addresses()
            ben = await new("Ben")
            await ben.comes_in(await ada.invites(circle))
            await the_same(circle, ada, ben, posts=2)


async def test_a_join_on_a_full_disk_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """Heard, and nowhere to keep what was heard: the person is told, and the invite stays good."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        async with village(tmp_path) as new:
            ada, ben = await new("Ada"), await new("Ben", home=disk / "ben")
            circle = await ada.founds("By the water")
            link = await ada.invites(circle)
            await ada.sleeps()
            join = await ben.knocks(link)
            fill(disk)
            await ada.wakes()
            await ben.hears(trouble("disk_full"))
            assert (await ben.join(join))["state"] in {"looking", "waiting"}
            free(disk)
            assert await ben.is_in(join) == circle
            await the_same(circle, ada, ben)


async def test_a_new_home_on_a_full_disk_is_told_so(tmp_path: Path) -> None:
    """Nothing half-made is left: with room, the same process makes it."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        async with village(tmp_path) as new:
            ada = await new("Ada")
            await ada.sleeps()
            ada.folder = disk / "fresh"
            ada.folder.mkdir()
            fill(disk)
            await ada.starts()
            refusal = await ada.is_refused("home.create", passphrase=PASSPHRASE)
            assert refusal.kind == "disk_full"
            assert (await ada.ask("home.status"))["state"] == "new"
            free(disk)
            await ada.ask("home.create", passphrase=PASSPHRASE)
            assert await ada.ask("circle.list") == []


async def test_a_read_only_disk_is_told_so(tmp_path: Path) -> None:
    """Opening says that it can't write; made writable again, everything is there."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        async with village(tmp_path) as new:
            ada = await new("Ada", home=disk / "ada")
            circle = await ada.founds("By the water")
            await ada.writes(circle, "Before")
            await ada.sleeps()
            remount(disk, "ro")
            await ada.starts()
            assert await opens_not(ada) == "read_only"
            second = await trio.to_thread.run_sync(run_second, ada.folder)
            assert second.returncode == 3
            remount(disk, "rw")
            await ada.ask("home.unlock", passphrase=PASSPHRASE)
            assert await ada.bodies(circle) == {"Before"}


def remount(disk: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)


async def test_a_folder_that_may_not_be_written_is_told_so(tmp_path: Path) -> None:
    """As somebody without root's rights: `read_only`, for a home that is there and a new one."""
    rights: tuple[str, ...] = ()
    if os.geteuid() == 0:
        # Root is stopped by no permission, so the home runs without the power to pass them by.
        rights = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
        if shutil.which(rights[0]) is None:
            pytest.skip("not here: setpriv, to run without root's rights")
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        await ada.sleeps()
        for file in ada.folder.iterdir():
            file.chmod(0o400)
        ada.folder.chmod(0o500)
        await ada.starts(program=(*rights, *OUR_PROGRAM))
        assert await opens_not(ada) == "read_only"
        await ada.sleeps()
        ada.folder.chmod(0o700)
        for file in ada.folder.iterdir():
            file.chmod(0o600)
        await ada.wakes()
        assert (await ada.circle(circle))["name"] == "By the water"
        await ada.sleeps()
        ada.folder = tmp_path / "shut" / "home"
        ada.folder.parent.mkdir(mode=0o500)
        await ada.starts(program=(*rights, *OUR_PROGRAM))
        refusal = await ada.is_refused("home.create", passphrase=PASSPHRASE)
        assert refusal.kind == "read_only"
        assert (await ada.ask("home.status"))["state"] == "new"
        ada.folder.parent.chmod(0o700)
