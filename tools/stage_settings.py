"""The scenes about what hosts set: the page, its sheets, a word for a newcomer, handing over."""

from PySide6.QtCore import Qt
from stage_rooms import Scene, looks, member

from app.circle.state import Role
from app.commands import ListMembers, ReadNetwork, SetRole

ESC = Qt.Key.Key_Escape
PROMISE = (
    "What is said here stays here.",
    "Experience, not medical advice.",
    "Nobody sells anything. Say so if you gain from it.",
    "Silence is fine. So is 3 a.m.",
)
QUESTIONS = ("What brings you here?", "Who told you of us?")


def settings(play: Scene) -> None:
    """Juniper, who is a host, writes the promise and has people knock."""
    stage, village = play.stage, play.village
    play.clock.set("2026-11-24 12:48")
    village.ask(
        "Ines", "member.hand_over", circle=play.circle, member=member(play, "Juniper"),
        at_once=False,
    )  # fmt: skip
    stage.press("settings")
    stage.reads("Named to take the circle over later")
    stage.press("promiseCardAction")
    stage.rest(400)
    for place, words in enumerate(PROMISE):
        stage.type(words, into=f"line{place}Input")
    looks(stage, "48-promise")
    stage.press("savePromise")
    stage.until(lambda: not stage.all("savePromise"), "the promise is set")
    stage.press("doorCardAction")
    stage.rest(400)
    stage.press("admitAsk")
    for place, words in enumerate(QUESTIONS):
        stage.type(words, into=f"line{place}Input")
    stage.press("wantVouch")
    stage.rest()
    looks(stage, "49-door")
    stage.press("saveDoor")
    stage.until(lambda: not stage.all("saveDoor"), "the door is set")
    stage.rest(9000)  # until the toast has gone
    looks(stage, "50-circle-settings")
    stage.size(820, 900)
    stage.shoot("50-circle-settings-narrow")
    stage.size(1440, 900)
    stage.press("hostsCardAction")
    looks(stage, "51-take-over")
    stage.key(ESC)
    _staying(play)
    _words(play)
    _handing(play)


def _staying(play: Scene) -> None:
    """How long words stay: what goes is read before, and nothing is changed."""
    stage = play.stage
    stage.press("wordsCardAction")
    stage.rest(400)
    stage.press("keep7")
    stage.reads("days after they were sent. ")
    looks(stage, "51b-how-long-words-stay")
    stage.press("keepAsItIs")
    stage.rest(400)


def _words(play: Scene) -> None:
    """A word for whoever comes, beside an invite and when it is made."""
    stage = play.stage
    stage.press("invites")
    stage.press("putInWord")
    stage.type("My sister: on the list since spring, and never without a book.",
               into="vouchWordsInput")  # fmt: skip
    stage.rest(600)  # until it is kept
    looks(stage, "52-put-in-a-word")
    stage.press("sayVouch")
    stage.reads("never without a book")
    looks(stage, "53-words-for-an-invite")
    stage.press("newInvite")
    stage.reads("put in a word for them")
    looks(stage, "54-invite-with-a-word")
    stage.key(ESC)
    stage.press("home")


def _handing(play: Scene) -> None:
    """Thursday's table is Juniper's own; Wren, made host, could have it."""
    stage = play.stage
    stage.press("circle", 1)
    stage.until(lambda: stage.shell.room.property("name") == "Thursday's table", "it is open")
    here = stage.shell.room.property("circle")
    _wake_wren(play)
    found: list[str] = []
    stage.bridge.ask(
        ListMembers(circle=here),
        lambda all_: found.extend(one.member for one in all_ if not one.me),
    )
    stage.until(lambda: bool(found), "Wren is there")
    stage.bridge.ask(SetRole(circle=here, member=found[0], role=Role.HOST))
    stage.press("settings")
    stage.reads("Hand over…")
    stage.until(lambda: "Wren" in stage.seen(), "Wren's name has come")
    stage.press("hostsCardAction")
    stage.press("heir0")
    looks(stage, "55-hand-over-later")
    stage.press("handNow")
    looks(stage, "56-hand-over-now")
    stage.key(ESC)
    stage.press("circle", 0)
    stage.until(lambda: stage.shell.room.property("circle") == play.circle, "back again")


def _wake_wren(play: Scene) -> None:
    """Wren has been away since she came in, and what she is called has not come yet."""
    stage = play.stage
    heard: list[list[str]] = []
    stage.bridge.ask(ReadNetwork(), lambda net: heard.append(net.listening))
    stage.until(lambda: bool(heard), "Juniper knows where she listens")
    play.village.wake("Wren")
    for address in heard[0]:
        play.village.ask("Wren", "net.dial", address=address)
