// The Connection screen: one true sentence, three facts, what waits, people, mailboxes, switches.
//   model: ConnectionPage; mayCarry, circle: posts of this one can be taken along; keyed: it was
//   opened by a key;  back() · carrying(bringing)
//   enter() puts the focus into it
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: place

    required property ConnectionPage model
    property bool mayCarry: false
    property string circle: ""
    property bool keyed: false

    signal back
    signal carrying(bool bringing)

    function enter(): void {
        pause.forceActiveFocus(Qt.TabFocusReason);
    }
    function panes(): var {
        return [{item: place, enter: () => place.enter()}];
    }

    Accessible.role: Accessible.Pane
    Accessible.name: qsTr("Connection")
    Keys.onEscapePressed: back()
    Component.onCompleted: Qt.callLater(() => pause.forceActiveFocus(keyed ? Qt.TabFocusReason : Qt.OtherFocusReason))

    // Where the Tab key went is brought into sight.
    function follow(): void {
        const item = Window.activeFocusItem;
        for (let one = item; one; one = one.parent) {
            if (one === column) {
                const top = item.mapToItem(column, 0, 0).y + column.y;
                if (top < view.contentY + Theme.space4)
                    view.contentY = Math.max(0, top - Theme.space4);
                else if (top + item.height > view.contentY + view.height - Theme.space4)
                    view.contentY = Math.min(view.contentHeight - view.height, top + item.height - view.height + Theme.space4);
                return;
            }
        }
    }
    Connections {
        target: place.Window.window

        function onActiveFocusItemChanged(): void {
            place.follow();
        }
    }

    Item {
        id: head

        readonly property bool row: width / Theme.scale >= 640

        anchors.left: parent.left
        anchors.right: parent.right
        implicitHeight: Math.max(69, grid.implicitHeight + Theme.space5)
        height: implicitHeight

        GridLayout {
            id: grid

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: Theme.space6 + 4
            anchors.rightMargin: Theme.space4
            anchors.verticalCenter: parent.verticalCenter
            columns: head.row ? 2 : 1
            columnSpacing: Theme.space4
            rowSpacing: Theme.space2

            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    objectName: "connectionTitle"
                    Layout.fillWidth: true
                    style: "title"
                    text: qsTr("Connection")
                    Accessible.role: Accessible.Heading
                }
                Label {
                    objectName: "connectionSentence"
                    Layout.fillWidth: true
                    style: "caption"
                    text: place.model.sentence
                    color: Theme.text2
                    onTextChanged: if (place.model.loaded) Accessible.announce(place.model.sentence)
                }
            }
            Button {
                id: pause

                objectName: "pauseConnecting"
                focus: true
                kind: "pill"
                glyph: place.model.paused ? "wifi-high" : "wifi-slash"
                text: place.model.paused ? qsTr("Go on connecting") : qsTr("Pause connecting")
                busy: !place.model.loaded
                onClicked: place.model.pause(!place.model.paused)
            }
        }
        Rectangle {
            anchors.bottom: parent.bottom
            width: parent.width
            height: 1
            color: Theme.border
        }
    }
    Flickable {
        id: view

        objectName: "connectionView"
        anchors.fill: parent
        anchors.topMargin: head.height
        contentHeight: column.implicitHeight + 2 * Theme.space5
        contentWidth: width
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        Basic.ScrollBar.vertical: Scroller {}

        ColumnLayout {
            id: column

            x: Math.round((view.width - width) / 2)
            y: Theme.space5
            width: Math.min(view.width - 2 * Theme.space5, Theme.px(820))
            spacing: Theme.space3 + 2

            Skeleton {
                Layout.fillWidth: true
                waiting: !place.model.loaded && place.model.trouble === ""
            }
            Banner {
                objectName: "connectionTrouble"
                Layout.fillWidth: true
                visible: place.model.trouble !== ""
                kind: "attention"
                text: place.model.trouble
                action: qsTr("Try again")
                onActed: place.model.refresh()
            }
            GridLayout {
                objectName: "facts"
                Layout.fillWidth: true
                visible: place.model.loaded
                columns: column.width / Theme.scale >= 600 ? 3 : 1
                columnSpacing: Theme.space3
                rowSpacing: Theme.space3
                Accessible.role: Accessible.List
                Accessible.name: qsTr("At a glance")

                Repeater {
                    model: place.model.facts.length

                    FactCard {
                        required property int index

                        Layout.fillWidth: true
                        Layout.fillHeight: true
                        Layout.preferredWidth: 1
                        fact: place.model.facts[index] ?? {}
                    }
                }
            }
            WaitingCard {
                objectName: "waitingCard"
                Layout.fillWidth: true
                visible: place.model.waiting.length > 0
                model: place.model
            }
            ReachCard {
                objectName: "reachCard"
                Layout.fillWidth: true
                visible: place.model.people.length > 0
                model: place.model
            }
            Repeater {
                model: place.model.mailboxes.length

                MailboxCard {
                    required property int index

                    objectName: "mailboxCard"
                    Layout.fillWidth: true
                    group: place.model.mailboxes[index] ?? {}
                    onAdding: place.model.add(group.circle)
                    onRetiring: mailbox => place.model.retire(group.circle, mailbox)
                }
            }
            SwitchesCard {
                Layout.fillWidth: true
                visible: place.model.loaded
                model: place.model
            }
            Card {
                Layout.fillWidth: true
                visible: place.mayCarry
                spacing: Theme.space2
                Accessible.role: Accessible.Grouping
                Accessible.name: qsTr("By hand")

                Label {
                    Layout.fillWidth: true
                    style: "heading"
                    text: qsTr("By hand")
                    Accessible.role: Accessible.Heading
                }
                Label {
                    Layout.fillWidth: true
                    text: qsTr("Where no network leads to somebody, a sealed file does: on a stick, or any way you like. It is for %1.").arg(place.circle)
                    color: Theme.text2
                }
                Flow {
                    Layout.fillWidth: true
                    spacing: Theme.space2

                    Button {
                        objectName: "takeAlong"
                        glyph: "sign-out"
                        text: qsTr("Take posts with me…")
                        onClicked: place.carrying(false)
                    }
                    Button {
                        objectName: "bringAlong"
                        glyph: "envelope-simple"
                        text: qsTr("Bring posts in…")
                        onClicked: place.carrying(true)
                    }
                }
            }
            HelpersCard {
                Layout.fillWidth: true
                visible: place.model.loaded
                model: place.model
            }
        }
    }
}
