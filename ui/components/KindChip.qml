// What kind of post this is, as icon and word (never by colour alone).
//   kind   "checkin" | "question" | "story"
import QtQuick
import theme

Chip {
    required property string kind

    text: kind === "checkin" ? qsTr("Check-in") : kind === "question" ? qsTr("Question") : qsTr("Story")
    glyph: kind === "checkin" ? "hand-heart" : kind === "question" ? "question" : "book-open"
    ink: kind === "checkin" ? Theme.kCheckin : kind === "question" ? Theme.kQuestion : Theme.kStory
    ground: kind === "checkin" ? Theme.kCheckinSoft : kind === "question" ? Theme.kQuestionSoft : Theme.kStorySoft
}
