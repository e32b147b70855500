// Somebody at the door: a closed line until one looks, then what they say and what one may answer.
//   the roles of `Door`; column (its width), count (of all), typed (a question half written)
// Signals: looked() · letIn() · declined() · askingBack() the field comes or goes · typing(words)
//   · askedBack() · reached(item): something in it has the focus
import QtQuick
import QtQuick.Layouts
import components
import theme

Item {
    id: card

    required property int index
    required property string request
    required property string title
    required property string when
    required property bool opened
    required property bool second
    required property var answers
    required property string hereFor
    required property var vouches
    required property string lacks
    required property string asked
    required property bool asking
    required property bool working
    required property string problem
    required property string who
    required property string spoken
    property real column: width
    property int count: 0
    property string typed: ""
    readonly property bool decidable: opened || second

    signal looked
    signal letIn
    signal declined
    signal askingBack
    signal typing(string words)
    signal askedBack
    signal reached(Item item)

    function enter(): void {
        (second ? (admit.enabled ? admit : no) : look).forceActiveFocus(Qt.TabFocusReason);
    }

    // The field comes with the focus; when its question is asked it does not take it along.
    function follow(): void {
        if (asking)
            question.input.forceActiveFocus(Qt.TabFocusReason);
        else if (opened && asked !== "")
            enter();
    }

    implicitHeight: paper.implicitHeight
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1. %2 of %3").arg(spoken).arg(index + 1).arg(count)
    onOpenedChanged: if (opened) look.Accessible.announce(spoken)
    onAskingChanged: Qt.callLater(follow)

    Card {
        id: paper

        x: Math.round((card.width - width) / 2)
        width: card.column
        padding: card.opened ? Theme.space6 : Theme.space5
        verticalPadding: card.opened ? Theme.space5 : Theme.space4
        spacing: Theme.space4

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space4

            Rectangle {
                Layout.alignment: Qt.AlignTop
                implicitWidth: Theme.avatarSm
                implicitHeight: Theme.avatarSm
                radius: width / 2
                color: Theme.accentSoft
                border.width: Theme.highContrast ? 1 : 0
                border.color: Theme.accentSoftText

                Icon {
                    anchors.centerIn: parent
                    name: card.second ? "hourglass" : "hand-waving"
                    color: Theme.accentSoftText
                }
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: Theme.space1

                Label {
                    objectName: "requestTitle"
                    Layout.fillWidth: true
                    style: card.opened ? "heading" : "label"
                    strong: true
                    text: card.title
                    Accessible.ignored: true
                }
                Label {
                    objectName: "requestWhen"
                    Layout.fillWidth: true
                    style: "caption"
                    text: card.when
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
            Button {
                id: look

                objectName: "look"
                Layout.alignment: Qt.AlignTop
                // Its words stand above the others, not its edge.
                Layout.rightMargin: card.opened ? -Theme.space3 : 0
                visible: !card.second
                kind: card.opened ? "quiet" : "secondary"
                text: card.opened ? qsTr("Close") : qsTr("Look")
                Accessible.name: text + ": " + card.title
                onClicked: card.looked()
                onActiveFocusChanged: if (activeFocus) card.reached(look)
            }
        }
        Repeater {
            model: card.opened ? card.answers : []

            ColumnLayout {
                id: said

                required property var modelData

                Layout.fillWidth: true
                spacing: Theme.space1
                Accessible.role: Accessible.StaticText
                Accessible.name: said.modelData.question + " " + said.modelData.answer

                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: said.modelData.question
                    color: Theme.text2
                    Accessible.ignored: true
                }
                Label {
                    objectName: "answer"
                    Layout.fillWidth: true
                    style: "story"
                    text: said.modelData.answer
                    Accessible.ignored: true
                }
            }
        }
        RowLayout {
            Layout.fillWidth: true
            visible: card.hereFor !== ""
            spacing: Theme.space3

            Icon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Math.max(0, (Theme.bodyLine - height) / 2)
                name: "user"
            }
            Label {
                objectName: "hereFor"
                Layout.fillWidth: true
                text: card.hereFor
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            visible: card.vouches.length > 0
            spacing: Theme.space2

            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: qsTr("What members say")
            }
            Repeater {
                model: card.vouches

                RowLayout {
                    id: vouch

                    required property var modelData

                    Layout.fillWidth: true
                    spacing: Theme.space3
                    Accessible.role: Accessible.StaticText
                    Accessible.name: vouch.modelData.words + " " + vouch.modelData.name

                    Icon {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: Math.max(0, (Theme.bodyLine - height) / 2)
                        name: "chat-circle"
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0

                        Label {
                            Layout.fillWidth: true
                            text: vouch.modelData.words
                            Accessible.ignored: true
                        }
                        Label {
                            Layout.fillWidth: true
                            style: "caption"
                            text: vouch.modelData.name
                            color: Theme.text2
                            Accessible.ignored: true
                        }
                    }
                }
            }
        }
        Guidance {
            objectName: "lacks"
            Layout.fillWidth: true
            visible: card.lacks !== ""
            glyph: "chat-circle"
            text: card.lacks
        }
        Guidance {
            objectName: "asked"
            Layout.fillWidth: true
            visible: card.asked !== ""
            calm: true
            glyph: "clock"
            text: qsTr("Waiting for their answer. You asked: “%1”").arg(card.asked)
        }
        ColumnLayout {
            Layout.fillWidth: true
            visible: card.asking
            spacing: Theme.space2

            TextBox {
                id: question

                objectName: "question"
                Layout.fillWidth: true
                style: "body"
                showLabel: true
                label: qsTr("One question for %1").arg(card.who)
                least: 1
                most: 5
                input.readOnly: card.working
                text: card.typed
                onEdited: card.typing(text)
                onSent: card.askedBack()
                input.onActiveFocusChanged: if (input.activeFocus) card.reached(question)
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: qsTr("They read it at their next knock. Other hosts at whose door they knock are shown the answer, too.")
                color: Theme.text2
            }
        }
        Label {
            objectName: "requestProblem"
            Layout.fillWidth: true
            visible: text !== ""
            style: "caption"
            text: card.problem
            color: Theme.danger
            onTextChanged: if (text !== "") Accessible.announce(text)
        }
        GridLayout {
            Layout.fillWidth: true
            visible: card.decidable
            columns: no.implicitWidth + back.implicitWidth + send.implicitWidth + admit.implicitWidth + 4 * Theme.space3 < paper.width - 2 * paper.padding ? 5 : 1
            columnSpacing: Theme.space3
            rowSpacing: Theme.space2

            Button {
                id: no

                objectName: "notThisTime"
                // Its words stand below the others, not its edge.
                Layout.leftMargin: -Theme.space3
                kind: "quiet"
                text: card.second ? qsTr("Leave it…") : qsTr("Not this time…")
                Accessible.name: text + " " + card.title
                enabled: !card.working
                onClicked: card.declined()
                onActiveFocusChanged: if (activeFocus) card.reached(no)
            }
            Item {
                Layout.fillWidth: true
                visible: parent.columns > 1
            }
            Button {
                id: back

                objectName: "askBack"
                visible: card.opened && card.asked === ""
                kind: card.asking ? "quiet" : "secondary"
                text: card.asking ? qsTr("Don't ask") : qsTr("Ask back")
                Accessible.name: text + ": " + card.title
                enabled: !card.working
                onClicked: card.askingBack()
                onActiveFocusChanged: if (activeFocus) card.reached(back)
            }
            Button {
                id: send

                objectName: "sendQuestion"
                visible: card.asking
                kind: "primary"
                text: qsTr("Ask %1").arg(card.who)
                busy: card.working
                onClicked: card.askedBack()
                onActiveFocusChanged: if (activeFocus) card.reached(send)
            }
            Button {
                id: admit

                objectName: "letIn"
                visible: !card.asking
                kind: "primary"
                text: qsTr("Let in")
                Accessible.name: text + ": " + card.title
                Accessible.description: card.lacks
                busy: card.working
                enabled: !busy && card.lacks === ""
                onClicked: card.letIn()
                onActiveFocusChanged: if (activeFocus) card.reached(admit)
            }
        }
    }
}
