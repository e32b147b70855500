// One post as a card: who and when, what it says, what would help, replies, and where it is.
// All words come from the model's roles. One list item for a screen reader, its buttons inside.
//   column (its width), current, focused (the list has the focus and this is its row), selected (its thread is open)
//   opened(reply) · shown() · enter() puts the focus on the first button
import QtQuick
import QtQuick.Layouts
import components
import theme

Item {
    id: card

    required property int index
    required property string post
    required property string kind
    required property string author
    required property string authorKey
    required property int hue
    required property string time
    required property string title
    required property string feeling
    required property string body
    required property string note
    required property bool hidden
    required property string want
    required property string wantIcon
    required property string replies
    required property string delivery
    required property string deliveryMore
    required property string deliveryTone
    required property bool edited
    required property string above
    required property string adrift
    required property string spoken
    required property string description

    // A list lays its rows at its left edge, so the card centres itself in the row.
    property real column: width
    property real gap: 14
    property bool current: false
    property bool focused: false
    property bool selected: false

    signal opened(bool reply)
    signal shown
    signal chosen

    function enter(): void {
        (hidden ? show : answer).forceActiveFocus(Qt.TabFocusReason);
    }

    // In sums, not in a layout: a layout would tell its height only with the next frame, and the
    // list has to keep what is being read in its place before that.
    implicitHeight: paper.y + paper.implicitHeight
    Accessible.role: Accessible.ListItem
    Accessible.name: spoken
    Accessible.description: description
    Accessible.focusable: true
    Accessible.focused: focused
    Accessible.onPressAction: opened(false)

    Divider {
        id: divider

        x: paper.x
        width: card.column
        height: Theme.microLine
        visible: card.above !== ""
        text: card.above
    }
    Card {
        id: paper

        x: Math.round((card.width - width) / 2)
        y: card.above !== "" ? divider.height + card.gap : 0
        width: card.column
        selected: card.selected
        focused: card.focused
        spacing: Theme.space2

        TapHandler {
            onTapped: card.opened(false)
            onPressedChanged: if (pressed) card.chosen()
        }
        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space3 - 2

            Avatar {
                key: card.authorKey
                hue: card.hue
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: card.author
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: card.edited ? qsTr("%1 · edited").arg(card.time) : card.time
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
            KindChip {
                kind: card.kind
                Accessible.ignored: true
            }
        }
        RowLayout {
            Layout.fillWidth: true
            visible: card.adrift !== ""
            spacing: Theme.space2

            Icon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Math.max(0, Math.round((Theme.captionLine - height) / 2))
                name: "hourglass"
                size: Theme.iconSm
                color: Theme.text2
            }
            Label {
                objectName: "adrift"
                Layout.fillWidth: true
                style: "caption"
                text: card.adrift
                color: Theme.text2
                Accessible.ignored: true
            }
        }
        RowLayout {
            Layout.fillWidth: true
            visible: card.feeling !== ""
            spacing: Theme.space2

            Label {
                Layout.alignment: Qt.AlignBaseline
                text: qsTr("Feeling")
                color: Theme.text2
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                Layout.alignment: Qt.AlignBaseline
                style: "title"
                text: card.feeling
                Accessible.ignored: true
            }
        }
        Label {
            Layout.fillWidth: true
            visible: text !== "" && !card.hidden
            style: "title"
            text: card.title
            Accessible.ignored: true
        }
        RowLayout {
            Layout.fillWidth: true
            visible: card.note !== ""
            spacing: Theme.space2

            Icon {
                name: "eye-slash"
                size: 18
            }
            Label {
                Layout.fillWidth: true
                style: "label"
                text: card.note
                color: Theme.text2
                Accessible.ignored: true
            }
            Button {
                id: show

                objectName: "showHidden"
                visible: card.hidden
                kind: "pill"
                text: qsTr("Show")
                focusPolicy: card.current ? Qt.StrongFocus : Qt.NoFocus
                Accessible.name: qsTr("Show this post. Content note: %1").arg(card.note)
                onClicked: card.shown()
            }
        }
        Label {
            Layout.fillWidth: true
            visible: text !== ""
            text: card.body
            maximumLineCount: 24
            elide: Text.ElideRight
            Accessible.ignored: true
        }
        WantChip {
            visible: card.want !== ""
            text: card.want
            glyph: card.wantIcon
            Accessible.ignored: true
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: -Theme.space3
            Layout.bottomMargin: -Theme.space2
            spacing: Theme.space3

            Button {
                id: answer

                objectName: "openReplies"
                kind: "quiet"
                glyph: "chat-circle"
                text: card.replies
                focusPolicy: card.current ? Qt.StrongFocus : Qt.NoFocus
                Accessible.name: qsTr("%1. Open what %2 wrote").arg(card.replies).arg(card.author)
                onClicked: card.opened(false)
            }
            Item {
                Layout.fillWidth: true
            }
            DeliveryNote {
                objectName: "delivery"
                visible: card.delivery !== ""
                Layout.rightMargin: -Theme.space2
                focusPolicy: card.current ? Qt.StrongFocus : Qt.NoFocus
                text: card.delivery
                more: card.deliveryMore
                tone: card.deliveryTone
            }
        }
    }
}
