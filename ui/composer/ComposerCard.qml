// The invitation at the top of the feed: a line to press, and the kinds one may share.
//   me, hue   the reader's own flower
//   enter()   puts the focus on its first button
// Signals: compose(kind), "" for any · leaving(): Down or Esc goes back to the posts
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import components
import theme

Card {
    id: card

    property string me: ""
    property int hue: -1

    signal compose(string kind)
    signal leaving

    function enter(): void {
        share.forceActiveFocus(Qt.TabFocusReason);
    }

    padding: Theme.space4
    verticalPadding: Theme.space3 + 2
    spacing: Theme.space2

    Keys.onPressed: event => {
        if (event.key === Qt.Key_Down || event.key === Qt.Key_Escape) {
            event.accepted = true;
            card.leaving();
        }
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space3

        Avatar {
            key: card.me
            hue: card.hue
        }
        Basic.AbstractButton {
            id: share

            objectName: "share"
            Layout.fillWidth: true
            implicitHeight: Math.max(Theme.hitMin, words.implicitHeight + Theme.space3)
            focusPolicy: Qt.StrongFocus
            hoverEnabled: true
            text: qsTr("Share something, or just say how today is. No rush.")
            leftPadding: Theme.space4
            rightPadding: Theme.space4
            Accessible.role: Accessible.Button
            Accessible.name: text
            Keys.onReturnPressed: click()
            Keys.onEnterPressed: click()
            onClicked: card.compose("")

            contentItem: Label {
                id: words

                text: share.text
                color: Theme.text2
                verticalAlignment: Text.AlignVCenter
                Accessible.ignored: true
            }
            background: Rectangle {
                radius: Theme.radiusMd
                color: share.hovered ? Theme.surfaceHover : Theme.surfaceSunk
                border.width: Theme.highContrast ? 1 : 0
                border.color: Theme.border

                FocusFrame {
                    shown: share.visualFocus
                    radius: parent.radius
                }
            }
        }
    }
    Flow {
        Layout.fillWidth: true
        Layout.leftMargin: -2
        // The buttons bring air of their own.
        Layout.bottomMargin: -Theme.space2
        spacing: Theme.space1

        Button {
            objectName: "composeCheckin"
            kind: "quiet"
            glyph: "hand-heart"
            iconColor: Theme.accent
            text: qsTr("Check-in")
            onClicked: card.compose("checkin")
        }
        Button {
            objectName: "composeQuestion"
            kind: "quiet"
            glyph: "question"
            iconColor: Theme.kQuestion
            text: qsTr("Question")
            onClicked: card.compose("question")
        }
        Button {
            objectName: "composeStory"
            kind: "quiet"
            glyph: "book-open"
            iconColor: Theme.kStory
            text: qsTr("Story")
            onClicked: card.compose("story")
        }
    }
}
