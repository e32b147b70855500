"""Writing for the circle: one word is enough, nothing is lost, and refusals are told in place."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.circle.state import Draft, Feeling, PostKind, Want
from app.commands import MAX_BODY, KeepDraft, WritePost
from app.refused import Refused, Why
from tests.ui.neighbour import CIRCLE, Neighbour
from tests.ui.stage import Stage, read, wait
from ui.composer.item import NO_QUESTION, NO_STORY, NO_WORD, Sheet
from ui.composer.model import ComposerModel
from ui.drafting import DEBOUNCE, TOO_LONG


@pytest.fixture
def bridge(qtbot: QtBot) -> Neighbour:  # noqa: ARG001 - it brings the application
    return Neighbour()


@pytest.fixture
def composer(bridge: Neighbour) -> ComposerModel:
    return ComposerModel(bridge, CIRCLE)


def test_one_word_is_a_whole_check_in(composer: ComposerModel, bridge: Neighbour) -> None:
    composer.begin("checkin")
    composer.choose("wobbly")
    composer.send()
    (written,) = bridge.all(WritePost)
    assert (written.kind, written.feeling, written.body, written.title) == (
        PostKind.CHECKIN, Feeling.WOBBLY, "", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "verb", "lacks"),
    [
        ("checkin", "Share check-in", NO_WORD),
        ("question", "Ask the circle", NO_QUESTION),
        ("story", "Share story", NO_STORY),
    ],
)
def test_what_is_missing_is_said_when_one_shares(
    composer: ComposerModel, bridge: Neighbour, kind: str, verb: str, lacks: str
) -> None:
    composer.begin(kind)
    assert (read(composer, "verb"), read(composer, "error")) == (verb, "")
    composer.send()
    assert (read(composer, "error"), bridge.all(WritePost)) == (lacks, [])


def test_another_kind_keeps_the_words_and_sends_only_its_own(
    composer: ComposerModel, bridge: Neighbour
) -> None:
    composer.begin("checkin")
    composer.choose("good")
    composer.setBody("We walked.")
    composer.setKind("question")
    composer.setTitle("Who comes along?")
    composer.ask("company")
    composer.setKind("story")
    composer.send()
    (written,) = bridge.all(WritePost)
    assert (written.kind, written.title, written.body, written.feeling, written.want) == (
        PostKind.STORY, "Who comes along?", "We walked.", None, Want.COMPANY,
    )  # fmt: skip


def test_a_choice_can_be_taken_back(composer: ComposerModel) -> None:
    composer.choose("good")
    composer.choose("good")
    composer.ask("help")
    composer.ask("help")
    assert (read(composer, "feeling"), read(composer, "want")) == ("", "")


def test_the_draft_goes_only_when_the_home_has_the_post(
    composer: ComposerModel, bridge: Neighbour, qtbot: QtBot
) -> None:
    bridge.slow.add(WritePost)
    composer.begin("story")
    composer.setBody("We walked.")
    composer.setNote("hospital")
    qtbot.waitUntil(lambda: read(composer, "keeping") != "", timeout=DEBOUNCE + 500)
    composer.send()
    composer.setBody("typed too late")
    assert read(composer, "body") == "We walked."
    assert [one.body for one in bridge.all(KeepDraft)] == ["We walked."]
    with qtbot.waitSignal(composer.shared):
        bridge.answer()
    assert [one.body for one in bridge.all(KeepDraft)] == ["We walked.", ""]
    assert (read(composer, "body"), read(composer, "note"), read(composer, "sending")) == (
        "",
        "",
        False,
    )
    assert bridge.all(WritePost)[0].content_note == "hospital"


def test_leaving_keeps_at_once(composer: ComposerModel, bridge: Neighbour) -> None:
    composer.setBody("We walked.")
    composer.leave()
    composer.leave()
    assert [one.body for one in bridge.all(KeepDraft)] == ["We walked."]


def test_a_kept_draft_is_there_again(bridge: Neighbour) -> None:
    bridge.drafts = [
        Draft(
            circle=CIRCLE, place="circle", kind=PostKind.QUESTION, title="Who?", body="More",
            want=Want.HELP, content_note="loss",
        )
    ]  # fmt: skip
    composer = ComposerModel(bridge, CIRCLE)
    composer.begin("")
    words = [read(composer, one) for one in ("kind", "title", "body", "want", "note")]
    assert words == ["question", "Who?", "More", "help", "loss"]
    assert read(composer, "keeping") == "Draft kept on this computer"


def test_a_refusal_leaves_every_word(composer: ComposerModel, bridge: Neighbour) -> None:
    bridge.refuse[WritePost] = Refused(Why.NOT_ALLOWED, "You left this circle.")
    composer.begin("story")
    composer.setBody("We walked.")
    composer.send()
    assert (read(composer, "error"), read(composer, "body")) == (
        "You left this circle.",
        "We walked.",
    )
    composer.setBody("We walked on.")
    assert read(composer, "error") == ""


def test_a_draft_that_cannot_be_kept_is_told(composer: ComposerModel, bridge: Neighbour) -> None:
    bridge.refuse[KeepDraft] = Refused(Why.DISK_FULL, "no")
    composer.setBody("We walked.")
    composer.leave()
    assert read(composer, "error").startswith("Your draft could not be kept")


def test_too_long_is_said_while_typing(composer: ComposerModel, bridge: Neighbour) -> None:
    composer.begin("story")
    composer.setBody("x" * (MAX_BODY + 1))
    assert read(composer, "error") == TOO_LONG
    composer.send()
    assert bridge.all(WritePost) == []


def test_an_overlong_line_is_kept_as_far_as_it_fits() -> None:
    assert len(Sheet(title="x" * 300).to_keep(CIRCLE).title) == 200


def test_it_says_who_can_read(composer: ComposerModel) -> None:
    assert read(composer, "readers") == "5 people"
    assert "these 5 people" in read(composer, "readersNote")


# ---- the screen -------------------------------------------------------------------------------

VIEW = """
    ComposerSheet {
        id: sheet
        composer: given.composer
        circleName: "Waiting & after"
    }
    function write(kind) { sheet.write(kind) }
    Component.onCompleted: sheet.write(given.kind)
"""


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:  # noqa: ARG001 - it brings the application
    made = Stage()
    yield made
    assert made.warnings == []
    made.close()


def show(stage: Stage, composer: ComposerModel, kind: str) -> None:
    stage.show(VIEW, "import composer", composer=composer, kind=kind)
    wait(250)


def test_a_story_is_written_and_shared_by_keyboard(
    stage: Stage, composer: ComposerModel, bridge: Neighbour
) -> None:
    show(stage, composer, "story")
    stage.write("We walked")
    stage.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [one.body for one in bridge.all(WritePost)] == ["We walked"]
    wait(250)
    assert stage.all("shareButton") == []


def test_escape_closes_and_keeps(stage: Stage, composer: ComposerModel, bridge: Neighbour) -> None:
    show(stage, composer, "question")
    stage.write("Who comes along")
    stage.key(Qt.Key.Key_Escape)
    wait(50)
    assert [one.title for one in bridge.all(KeepDraft)] == ["Who comes along"]
    assert read(composer, "title") == "Who comes along"


def test_a_check_in_is_two_presses(
    stage: Stage, composer: ComposerModel, bridge: Neighbour
) -> None:
    show(stage, composer, "checkin")
    stage.press("feeling_steady")
    stage.press("shareButton")
    assert bridge.all(WritePost)[0].feeling is Feeling.STEADY


def test_a_content_note_can_be_added_and_removed(stage: Stage, composer: ComposerModel) -> None:
    show(stage, composer, "story")
    stage.press("contentNote")
    stage.write("loss")
    assert read(composer, "note") == "loss"
    stage.press("contentNote")
    assert read(composer, "note") == ""


def test_what_is_wrong_stands_beside_the_button(stage: Stage, composer: ComposerModel) -> None:
    show(stage, composer, "story")
    stage.press("shareButton")
    assert read(stage.find("composerError"), "text") == NO_STORY


def test_the_sheet_fits_at_twice_the_size(stage: Stage, composer: ComposerModel) -> None:
    stage.appearance.set_scale(2.0)
    show(stage, composer, "story")
    share = stage.find("shareButton")
    assert share.mapToScene(share.boundingRect().bottomRight()).y() < 800
