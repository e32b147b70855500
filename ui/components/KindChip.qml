// What kind of post this is, as icon and word (never by colour alone).
//   kind   "checkin" | "question" | "story" | "reply"
import QtQuick
import theme

Chip {
    required property string kind

    text: kind === "checkin" ? qsTr("Check-in") : kind === "question" ? qsTr("Question") : kind === "reply" ? qsTr("Reply") : qsTr("Story")
    glyph: kind === "checkin" ? "hand-heart" : kind === "question" ? "question" : kind === "reply" ? "arrow-bend-up-left" : "book-open"
    ink: kind === "checkin" ? Theme.kCheckin : kind === "question" ? Theme.kQuestion : kind === "reply" ? Theme.text2 : Theme.kStory
    ground: kind === "checkin" ? Theme.kCheckinSoft : kind === "question" ? Theme.kQuestionSoft : kind === "reply" ? Theme.surfaceSunk : Theme.kStorySoft
}
