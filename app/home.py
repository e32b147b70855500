"""The facade: one door for window, rpc, demo and tests. Ask with `do`, hear with `listen`.

A home is new, locked or open. Opening stretches the passphrase in a worker thread; everything else
happens on the one trio thread, one command at a time where it changes something. libp2p takes most
of a second to import, so that begins in a thread while the home is still locked, and an opened home
shows its posts before the network is there.
"""

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import trio

from app import commands as c
from app import governing, taking_back, vault, waiting
from app.boxes import adding
from app.circle.names import sound
from app.circle.state import HomeState
from app.clock import SystemClock
from app.events import HomeChanged, Said
from app.hearing import Ears
from app.household import Household
from app.places import Places
from app.refused import HALF_A_CHARACTER, Refused, Why
from app.store.db import Database, open_store
from app.vault import KdfCost
from app.version import VERSION
from p2p import host
from p2p.crypto import Entropy, hybrid_available, system_entropy
from p2p.errors import OurFault

R = TypeVar("R")

log = logging.getLogger("hearthside.home")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a home runs. `listen`: multiaddrs; empty means every interface on a free port."""

    listen: tuple[str, ...] = ()
    lan: bool = True
    kdf: KdfCost = KdfCost()  # noqa: RUF009 - a frozen value


EVERYWHERE = ("/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0")


class Home:
    """One person's home. Lives in one trio run; `run` serves it, `do` asks it."""

    def __init__(
        self,
        places: Places,
        settings: Settings = Settings(),
        *,
        entropy: Entropy = system_entropy,
        clock: SystemClock | None = None,
    ) -> None:
        """Nothing is opened or claimed yet; the caller holds `places.claim()`."""
        self._places = places
        self._settings = settings
        self._entropy = entropy
        self._clock = clock or SystemClock()
        self._db: Database | None = None
        self._household: Household | None = None
        self._nursery: trio.Nursery | None = None
        self._open_scope: trio.CancelScope | None = None
        self._closed = trio.Event()
        self._network = trio.Event()
        self._stop = trio.Event()
        self._turn = trio.Lock()
        self._ears = Ears()

    @property
    def state(self) -> HomeState:
        """New, locked or open."""
        if self._household is not None:
            return HomeState.OPEN
        return HomeState.NEW if self._places.is_new else HomeState.LOCKED

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until `Stop` was asked or this is cancelled; then everything is locked."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self._bring_network)
                task_status.started()
                await self._stop.wait()
                await self._lock()
                nursery.cancel_scope.cancel()
        finally:
            if self._db is not None:
                self._db.close()
                self._db = None
            self._household = None
            self._ears.close()

    async def _bring_network(self) -> None:
        await trio.to_thread.run_sync(host.load, abandon_on_cancel=True)
        self._network.set()

    def listen(self) -> AbstractContextManager[trio.MemoryReceiveChannel[Said]]:
        """Every event from now on. Whoever does not read is dropped after some thousand."""
        return self._ears.listen()

    # -- opening and closing -------------------------------------------------------------------

    async def _create(self, passphrase: str) -> None:
        if self._household is not None or not self._places.is_new:
            raise Refused(
                Why.ALREADY_EXISTS, "There is already a home here. Open it with its passphrase."
            )
        if not hybrid_available():
            raise Refused(
                Why.NOT_ALLOWED,
                "This computer's cryptography library lacks what Hearthside needs. "
                "Nothing was made. Install Hearthside anew.",
            )
        header = vault.make_header(self._settings.kdf, self._entropy)
        key = await trio.to_thread.run_sync(vault.derive, header, passphrase)
        vault.write_header(self._places.header, vault.with_check(header, key))
        await self._open(open_store(self._places.store, key, create=True))

    async def _unlock(self, passphrase: str) -> None:
        if self._household is not None:
            return
        if self._places.is_new:
            raise Refused(Why.BAD_REQUEST, "There is no home here yet. Make one first.")
        header = vault.read_header(self._places.header)
        key = await trio.to_thread.run_sync(vault.derive, header, passphrase)
        await self._open(open_store(self._places.store, key, create=False))

    async def _open(self, db: Database) -> None:
        assert self._nursery is not None  # noqa: S101 - `do` serves only while `run` runs
        self._db = db
        self._closed = trio.Event()
        await self._nursery.start(self._live, db)
        self._ears.say(HomeChanged(state=HomeState.OPEN))

    async def _live(
        self, db: Database, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """The open home: its circles run here until it is locked."""
        damage: Refused | None = None
        try:
            async with trio.open_nursery() as nursery:
                self._open_scope = nursery.cancel_scope
                try:
                    household = Household(
                        db, self._settings.listen or EVERYWHERE, self._clock, self._entropy,
                        self._ears.say, nursery, self._network, self._settings.lan,
                    )  # fmt: skip
                    household.begin()
                    self._household = household
                    task_status.started()
                    await trio.sleep_forever()
                except Refused as refused:  # raised below: a nursery would wrap it in a group
                    damage = refused
                    nursery.cancel_scope.cancel()
        finally:
            self._household = None
            self._open_scope = None
            db.close()
            self._db = None
            self._closed.set()
        if damage is not None:
            raise damage

    async def _lock(self) -> None:
        if self._open_scope is None:
            return
        if self._household is not None:
            await self._household.settle()
        if self._open_scope is not None:
            self._open_scope.cancel()
        await self._closed.wait()
        self._ears.say(HomeChanged(state=self.state))

    # -- asking --------------------------------------------------------------------------------

    async def do(self, command: c.Command[R]) -> R:
        """Answer a command, or raise `Refused`. Changes are on disk when this returns."""
        for name in command.__struct_fields__:
            value = getattr(command, name)
            if isinstance(value, str) and not sound(value):
                raise Refused(Why.BAD_REQUEST, HALF_A_CHARACTER)
        return cast("R", await self._answer(command))

    async def _answer(self, command: c.Command[Any]) -> object:
        match command:
            case c.HomeStatus():
                return c.Status(state=self.state, version=VERSION)
            case c.CreateHome(passphrase):
                async with self._turn:
                    await self._create(passphrase)
                return c.Nothing()
            case c.Unlock(passphrase):
                async with self._turn:
                    await self._unlock(passphrase)
                return c.Nothing()
            case c.Lock():
                async with self._turn:
                    await self._lock()
                return c.Nothing()
            case c.Stop():
                self._stop.set()
                return c.Nothing()
        household = self._household
        if household is None:
            raise _locked()
        try:
            return await _ask(household, command)
        except OurFault:
            if self._household is not household:  # locked while this waited for something
                raise _locked() from None
            raise


def _locked() -> Refused:
    return Refused(Why.LOCKED, "The home is locked. Open it with its passphrase first.")


async def _ask(home: Household, command: c.Command[Any]) -> Any:  # noqa: ANN401, C901, PLR0912 - a table
    match command:
        case c.CreateCircle():
            return home.create_circle(command)
        case c.ListCircles():
            return home.list_circles()
        case c.MarkRead():
            return home.mark_read(command)
        case c.MakeInvite():
            return await home.make_invite(command)
        case c.JoinCircle():
            return home.join_circle(command)
        case c.ListJoins():
            return home.list_joins()
        case c.CancelJoin():
            return home.cancel_join(command)
        case c.ListMembers():
            return home.members(command)
        case c.LeaveCircle():
            return await home.leave(command)
        case c.SetProfile() | c.SetRole() | c.RemoveMember() | c.HandOver() | c.WithdrawInvite():
            return home.govern(command)
        case c.ReadPicture():
            return home.picture(command)
        case c.ReadLog():
            return governing.log(home.circle(command.circle).room)
        case c.ListInvites():
            return governing.invites(home.circle(command.circle).room)
        case c.ReadSettings() | c.ReadRetention():
            return home.settings(command)
        case c.SetRules() | c.SetDoor() | c.SetRetention() | c.Vouch():
            return home.change_settings(command)
        case c.ListRequests():
            return home.requests(command)
        case c.AnswerRequest():
            return home.decide(command)
        case c.AskBack():
            return home.ask_back(command)
        case c.AnswerQuestions():
            return home.answer_questions(command)
        case c.ListGoodbyes():
            return home.farewells.listed()
        case c.ForgetGoodbye():
            return home.farewells.forget(command)
        case c.ReadDigest():
            return home.digest(command)
        case c.WritePost():
            return home.write_post(command)
        case c.TakeBack():
            return taking_back.take_back(home.own(command.circle).room, command)
        case c.ListPosts():
            return home.list_posts(command)
        case c.FindPosts():
            return home.circle(command.circle).room.posts.find(command.words, command.limit)
        case c.ReadThread():
            return home.read_thread(command)
        case c.ReadNetwork():
            return home.net_status()
        case c.TryNow():
            return home.try_now(command)
        case c.Dial():
            return home.dial(command)
        case c.LookForMailbox():
            return await adding.look(home.own(command.circle), command, paused=home.air.paused)
        case c.AddMailbox():
            return await adding.add(home.own(command.circle), command, paused=home.air.paused)
        case c.RetireMailbox():
            return adding.retire(home.own(command.circle), command)
        case c.ListWaiting():
            return waiting.listed(home.circle(command.circle).room, command.limit)
        case c.ListMailboxes():
            return adding.listed(home.circle(command.circle))
        case c.TakePosts():
            return await home.take_posts(command)
        case c.BringPosts():
            return await home.bring_posts(command)
        case c.ReadNetSettings() | c.SetNet():
            return home.net_settings(command)
        case c.KeepDraft():
            return home.keep_draft(command)
        case c.ListDrafts():
            return home.list_drafts(command)
        case _:
            raise Refused(Why.BAD_REQUEST, "This home knows no such command.")
