"""Pictures of the real screens: one window on a real home, five other homes, all on loopback.

    tools/screenshots            everything, into build/screenshots, and two into docs/images

What people write is made up; everything else is as it is: the homes are real processes, the posts
are sealed, sent and opened, and the screens are driven as a person would drive them.
"""

import argparse
import os
import sys
import tempfile
from contextlib import chdir
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")
os.environ["QT_SCALE_FACTOR"] = "1"

import stage_byhand
import stage_connection
import stage_door
import stage_first
import stage_rooms
import stage_settings
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuickControls2 import QQuickStyle
from stage import Theatre, tell_time_by
from stage_clock import StageClock
from stage_people import PASSPHRASE, Village

from app.circle.state import NetStatus, Post, PostKind
from app.commands import MakeInvite
from app.events import PostArrived, PostsArrived
from ui.connection.item import pill
from ui.feed.roles import Role

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "docs" / "images"
NAME = "Waiting & after"
ABOUT = "Kidney transplant · waiting list and after"
PEOPLE = ("Ines", "Marisol", "Tomasz", "Old Heron", "Wren")
AN_HOUR = 3_600_000
ESC = Qt.Key.Key_Escape
BESIDE = (False,)  # opened to read, not to write in
CTRL = Qt.KeyboardModifier.ControlModifier


REPLIES = {
    ("09:40", "Marisol"): "I wrote one page: what I can do, which mornings, who covers. I gave it "
    "to my manager first and asked her to come to HR with me. Having it on paper meant I didn't "
    "have to be brave out loud.",
    ("10:05", "Tomasz"): "Don't promise you'll “make up the hours”. I did, and it nearly finished "
    "me. Ask for the schedule you actually need.",
    ("10:50", "Old Heron"): "There's a letter that three of us have used. I'll type it out "
    "tonight. Change the name and it is yours.",
}


class Play:
    """The story, scene by scene."""

    def __init__(self, village: Village, stage: Theatre, clock: StageClock) -> None:
        """Everybody is there, and nothing has happened."""
        self.village = village
        self.stage = stage
        self.clock = clock
        self.circle = ""
        self.question = ""

    def play(self) -> None:
        """All of it."""
        stage_first.first_run(self)
        self.days_before()
        self.coming_in()
        self.a_circle_of_her_own()
        self.locked()
        self.tuesday()
        self.home()
        self.thread()
        self.looks()
        self.on_the_way()
        self.writing()
        stage_rooms.people(self)
        stage_settings.settings(self)
        stage_byhand.carrying(self)
        stage_connection.connecting(self)
        stage_door.knocking(self)
        stage_door.deciding(self)
        self.leaving()
        stage_rooms.removed(self)
        stage_rooms.goodbye(self)

    # ---- before ------------------------------------------------------------------------------

    def days_before(self) -> None:
        """What was written before Juniper came."""
        village = self.village
        self.clock.set("2026-11-19 18:05")
        village.wake(*PEOPLE)
        self.circle = village.found("Ines", NAME, ABOUT)
        village.bring(self.circle, "Ines", *PEOPLE[1:])
        self.clock.set("2026-11-20 17:30")
        village.write(
            "Old Heron", self.circle,
            "Two years on the list today. I have stopped counting weeks and started counting "
            "herons. Eleven, this morning, all of them pretending not to look at me.",
            title="Eleven",
        )  # fmt: skip
        self.clock.set("2026-11-22 10:15")
        village.write(
            "Marisol", self.circle,
            "A year ago tonight the phone rang. We ate cake out of the tin, standing up, and then "
            "nobody could say anything. If you are still waiting: I kept a list of small good "
            "things next to the phone. It helped more than I would have thought.",
            title="One year with Dan's kidney",
        )  # fmt: skip
        self.clock.set("2026-11-23 18:20")
        last = village.write(
            "Wren", self.circle,
            "Third needle before they found the vein, and I cried in front of the student. She "
            "was kinder than I was.",
            content_note="needles, hospital", want="nothing",
        )  # fmt: skip
        village.know(self.circle, last, *PEOPLE)

    def coming_in(self) -> None:
        """Ines, who may open, is away at first."""
        stage, village = self.stage, self.village
        self.clock.set("2026-11-23 20:43")
        link = village.ask("Marisol", "circle.invite", circle=self.circle)["link"]
        village.sleep("Ines")
        stage.press("haveInvite")
        stage.type(link, into="inviteCodeInput")
        stage.shoot("04-join")
        stage.press("knock")
        stage.until(
            lambda: stage.shell.waiting.property("circleName") == NAME, "the knock was heard"
        )
        stage.shoot("05-waiting-room")
        village.wake("Ines")
        stage.reads("One year with Dan's kidney")
        stage.reads("Eleven")
        stage.rest(2200)  # looked at for as long as it takes to have been seen

    def a_circle_of_her_own(self) -> None:
        """Thursday's table: begun, empty, invited to, and left alone again."""
        stage, village = self.stage, self.village
        self.clock.set("2026-11-23 20:58")
        stage.shell.begin()
        stage.type("Thursday's table", into="circleNameInput")
        stage.find("circleAboutInput").setProperty(
            "text", "Losing a partner. We eat soup and talk, or we only eat soup."
        )
        stage.press("stay2")
        stage_rooms.looks(stage, "06-begin-circle")
        stage.press("begin")
        stage.find("showInvite")
        stage.key(ESC)
        stage.shoot("07-new-circle")
        stage.look.choose("dark")
        stage.shoot("08-new-circle-dark")
        stage.look.choose("light")
        stage.press("invite")
        stage.shoot("09-invite-masked")
        stage.press("showInvite")
        stage.until(lambda: "hearthside://join/" in stage.seen(), "the link is shown")
        stage.shoot("10-invite-shown")
        stage.key(ESC)
        here = stage.shell.room.property("circle")
        link = self._link(here)
        village.join("Wren", link)
        stage.until(lambda: stage.shell.room.property("hereNow") == "1 here now", "Wren is here")
        village.sleep("Wren")
        stage.until(lambda: stage.shell.room.property("hereNow") == "", "Wren is away")
        stage.press("writeWelcome")
        stage.type("Soup is on at seven", into="composerTitleInput")
        stage.type(
            "Lentil, and the good bread. Come as you are. You don't have to talk.",
            into="composerBodyInput",
        )
        stage.press("shareButton")
        stage.reads("Only on this computer")
        stage.shoot("11-only-on-this-computer")

    def _link(self, circle: str) -> str:
        links: list[str] = []
        self.stage.bridge.ask(MakeInvite(circle=circle), lambda made: links.append(made.link))
        self.stage.until(lambda: bool(links), "there is a link")
        return links[0]

    # ---- Tuesday -----------------------------------------------------------------------------

    def locked(self) -> None:
        """The night."""
        stage = self.stage
        stage.press("circle", 0)
        stage.key(Qt.Key.Key_L, CTRL)
        stage.find("unlockInput")
        stage.rest(800)
        stage.type("not to be seen anyway", into="unlockInput")
        stage.shoot("12-unlock")
        stage.look.choose("dark")
        stage.shoot("13-unlock-dark")
        stage.look.choose("light")

    def tuesday(self) -> None:
        """What the others write while Juniper's home is locked."""
        village, circle = self.village, self.circle
        self.clock.set("2026-11-24 09:12")
        self.question = village.write(
            "Ines", circle,
            "I start in-centre dialysis on the 4th. My manager is kind, but the company isn't "
            "small-talk kind. Did you say it all at once, in writing, with HR there? What do you "
            "wish you'd said?",
            kind="question", want="experiences",
            title="How did you tell work you need three mornings a week?",
        )  # fmt: skip
        village.know(circle, self.question, "Marisol", "Tomasz", "Old Heron")
        for (moment, name), words in REPLIES.items():
            self.clock.set(f"2026-11-24 {moment}")
            reply = village.write(name, circle, words, reply_to=self.question)
            village.know(circle, reply, "Ines", "Marisol", "Tomasz", "Old Heron")
        self.clock.set("2026-11-24 11:07")
        checkin = village.write(
            "Tomasz", circle,
            "Clinic moved my bloods to Friday again. I know it's nothing. It never feels like "
            "nothing at 3am.",
            kind="checkin", feeling="wobbly", want="listening",
        )  # fmt: skip
        village.know(circle, checkin, "Ines", "Marisol", "Old Heron")
        village.write("Ines", circle, "With you, Tomasz. No answer needed.", reply_to=checkin)

    def home(self) -> None:
        """The circle, with what is new in it."""
        stage = self.stage
        self.clock.set("2026-11-24 11:32")
        stage.type(PASSPHRASE, into="unlockInput")
        stage.key(Qt.Key.Key_Return)
        stage.find("roomName")
        stage.shell.select(self.circle)
        # What is new stays new for as long as the pictures take.
        stage.shell.visit.feed._seen._dwell.setInterval(AN_HOUR)  # noqa: SLF001
        for words in ("3am", "3 replies", "1 reply"):
            stage.reads(words)
        stage.until(
            lambda: stage.shell.room.property("hereNow") == "4 here now", "the others are here"
        )
        stage.shoot("20-home")

    def thread(self) -> None:
        """Ines's question beside the feed, and in its place."""
        stage = self.stage
        stage.shell.visit.openThread(self.question, *BESIDE)
        stage.reads("brave out loud")
        stage.press("replyBoxInput")
        stage.type("Reading this from the chair, left arm only. Thank you for asking it, Ines.")
        stage.press("sendReply")
        stage.reads("left arm only")
        stage.reads("Reached 4 of 5")  # all but Wren, who is away
        stage.key(ESC)
        stage.shell.visit.openThread(self.question, *BESIDE)
        stage.rest()
        light = stage.shoot("21-home-thread")
        light.save(str(HOUSE / "home-light.png"), "PNG", 0)
        stage.look.choose("dark")
        dark = stage.shoot("22-home-thread-dark")
        dark.save(str(HOUSE / "home-dark.png"), "PNG", 0)
        stage.look.choose("light")
        stage.size(1160, 900)
        stage.shoot("23-thread-wide")
        stage.look.choose("dark")
        stage.shoot("24-thread-wide-dark")
        stage.look.choose("light")
        stage.shell.visit.closeThread()
        stage.size(1440, 900)

    def looks(self) -> None:
        """The same home for other eyes and other screens."""
        stage = self.stage
        stage.shoot("25-home-end-of-thread")
        stage.look.choose("dark")
        stage.shoot("26-home-dark")
        for name in ("hc_light", "hc_dark"):
            stage.look.choose(name)
            stage.shell.visit.openThread(self.question, *BESIDE)
            stage.rest()
            stage.shoot(f"27-home-{name.replace('_', '-')}")
            stage.shell.visit.closeThread()
        stage.look.choose("light")
        for scale in (1.5, 2.0):
            stage.look.set_scale(scale)
            stage.shoot(f"28-home-{scale:.0%}".replace("%", ""))
        stage.look.set_scale(1.0)
        stage.size(820, 900)
        stage.shoot("29-home-narrow")
        stage.size(1440, 900)
        stage.key(Qt.Key.Key_F6)
        stage.key(Qt.Key.Key_F6)
        stage.key(Qt.Key.Key_F6)
        stage.key(Qt.Key.Key_End)
        stage.shoot("30-home-end")
        stage.key(Qt.Key.Key_Home)

    def on_the_way(self) -> None:
        """A reply that is here before what it answers, and a great deal coming in.

        The home is told to say so: when it is truly so cannot be chosen.
        """
        stage = self.stage
        feed = stage.shell.visit.feed
        rows = [feed.index(row) for row in range(feed.rowCount())]
        ines = next(row for row in rows if feed.data(row, Role.AUTHOR) == "Ines")
        reply = Post(
            post="a" * 64, kind=PostKind.REPLY, author=feed.data(ines, Role.AUTHOR_KEY),
            author_name="Ines", mine=False, title=None, feeling=None, want=None, content_note=None,
            body="Yes, mine did the same the first winter. It passed. Ask them about the dose "
            "before you ask them about anything else.",
            written_at=self.clock.local(), reply_to="b" * 64, thread="b" * 64, replies=0,
            unread=True, edited=False, erased=False, unsent=False, parent_missing=True,
            thread_missing=True,
        )  # fmt: skip
        stage.bridge.said.emit([PostsArrived(circle=self.circle, count=1240)])
        stage.rest()
        stage.bridge.said.emit([PostArrived(circle=self.circle, post=reply.post, content=reply)])
        stage.shoot("30-reply-before-its-beginning")
        stage.look.choose("dark")
        stage.shoot("30-reply-before-its-beginning-dark")
        stage.look.choose("light")
        stage.look.set_scale(1.5)
        stage.shoot("30-reply-before-its-beginning-150")
        stage.look.set_scale(1.0)
        stage.bridge.said.emit([PostsArrived(circle=self.circle, count=1)])
        stage.until(lambda: "12" not in feed.property("catchingUp"), "it is over")

    def writing(self) -> None:
        """The sheet to write on."""
        stage = self.stage
        stage.press("composeCheckin")
        stage.press("feeling_wobbly")
        stage.find("composerBodyInput").forceActiveFocus()
        stage.type("Scan results came. I don't have the words yet, I just didn't want to sit with "
                   "it alone.")  # fmt: skip
        stage.press("want_listening")
        stage.rest(1500)  # until the draft is kept
        stage.shoot("31-composer-checkin")
        stage.press("kind_question")
        stage.type("What do you pack for the first day?", into="composerTitleInput")
        stage.press("want_experiences")
        stage.press("contentNote")
        stage.shoot("32-composer-question")
        stage.look.choose("dark")
        stage.shoot("33-composer-question-dark")
        stage.look.choose("light")
        stage.key(ESC)

    def leaving(self) -> None:
        """The question before leaving, and a computer without a network."""
        stage = self.stage
        stage.press("roomMenu")
        stage.shoot("34-room-menu")
        stage.press("menuLeave")
        stage.shoot("35-leave")
        stage.key(ESC)
        # The one thing here that is only said, not so: loopback does not go away.
        alone = NetStatus(listening=[], reachable=0, of=6, people=[], waiting=1)
        stage.shell.connection._show(pill(alone))  # noqa: SLF001
        stage.shoot("36-offline")


def main() -> int:
    """Play it; 0 if every screen was photographed and QML had nothing to complain of."""
    parser = argparse.ArgumentParser(description="Make pictures of the real screens.")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "screenshots")
    folder: Path = parser.parse_args().into.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    HOUSE.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication(["Hearthside"])
    QQuickStyle.setStyle("Basic")
    with tempfile.TemporaryDirectory(prefix="hearthside-pictures-") as name:
        clock = StageClock(Path(name) / "clock")
        tell_time_by(clock)
        village = Village(Path(name), clock)
        with village.alive():
            stage = Theatre(Path(name) / "juniper", folder)
            try:
                Play(village, stage, clock).play()
            finally:
                stage.close()
    del application
    for line in stage.complaints:
        print(line, file=sys.stderr)
    return 1 if stage.complaints else 0


if __name__ == "__main__":
    with chdir(ROOT):
        sys.exit(main())
