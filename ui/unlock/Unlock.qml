// The lock screen: a flower, one field, Open. It names nobody and counts nothing.
//   model: LockScreen
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

Rectangle {
    id: screen

    required property LockScreen model

    color: Theme.bg
    Component.onCompleted: field.input.forceActiveFocus()

    Connections {
        target: screen.model

        function onRefusedAgain() {
            field.input.forceActiveFocus();
            field.input.selectAll();
        }
        function onAnnounced(sentence: string) {
            screen.Accessible.announce(sentence);
        }
    }
    Flickable {
        id: view

        anchors.fill: parent
        anchors.bottomMargin: foot.height
        contentWidth: width
        contentHeight: Math.max(height, page.height + 2 * Theme.space6)
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        Basic.ScrollBar.vertical: Scroller {}

        ColumnLayout {
            id: page

            x: Math.round((view.width - width) / 2)
            y: Math.max(Theme.space6, Math.round((view.contentHeight - height) / 2))
            width: Math.min(Theme.px(454), view.width - 2 * Theme.space6)
            spacing: Theme.space2

            Avatar {
                Layout.alignment: Qt.AlignHCenter
                Layout.bottomMargin: Theme.space3
                key: screen.model.flower
                size: Theme.avatarLg
            }
            Label {
                Layout.fillWidth: true
                style: "display"
                text: qsTr("Welcome back")
                horizontalAlignment: Text.AlignHCenter
                Accessible.role: Accessible.Heading
            }
            Label {
                Layout.fillWidth: true
                Layout.bottomMargin: Theme.space4
                text: qsTr("Type your passphrase to open Hearthside.")
                color: Theme.text2
                horizontalAlignment: Text.AlignHCenter
            }
            Label {
                style: "label"
                strong: true
                text: qsTr("Passphrase")
                Accessible.ignored: true
            }
            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: -2
                spacing: Theme.space3

                Field {
                    id: field

                    objectName: "unlock"
                    Layout.fillWidth: true
                    input.Accessible.name: qsTr("Passphrase")
                    input.enabled: screen.model.rest === 0
                    secret: true
                    readOnly: screen.model.working
                    onAccepted: screen.model.open(text)
                }
                Button {
                    objectName: "open"
                    kind: "primary"
                    implicitHeight: field.input.height
                    leftPadding: Theme.space5
                    rightPadding: Theme.space5
                    text: qsTr("Open")
                    busy: screen.model.working
                    enabled: !busy && screen.model.rest === 0
                    onClicked: screen.model.open(field.text)
                }
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Icon {
                    Layout.alignment: Qt.AlignTop
                    name: screen.model.problem === "" ? "info" : "warning-circle"
                    size: Theme.iconSm
                    color: below.color
                }
                Label {
                    id: below

                    objectName: "unlockProblem"
                    Layout.fillWidth: true
                    style: "caption"
                    text: {
                        if (screen.model.working)
                            return qsTr("Opening… this takes a moment on purpose.");
                        return screen.model.problem === "" ? qsTr("Words are separated by spaces.") : screen.model.problem;
                    }
                    color: screen.model.problem === "" || screen.model.rest > 0 ? Theme.text2 : Theme.danger
                }
            }
            Rectangle {
                Layout.fillWidth: true
                Layout.topMargin: Theme.space6
                Layout.bottomMargin: Theme.space2
                implicitHeight: 1
                color: Theme.border
            }
            RowLayout {
                Layout.fillWidth: false
                Layout.alignment: Qt.AlignHCenter
                spacing: Theme.space2

                Icon {
                    name: "check-circle"
                    color: Theme.primary
                }
                Label {
                    Layout.maximumWidth: page.width - Theme.icon(Theme.iconMd) - Theme.space2
                    style: "caption"
                    text: qsTr("Your words are safe here, also those still on their way.")
                    color: Theme.text2
                }
            }
        }
    }
    RowLayout {
        id: foot

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.leftMargin: Theme.space7
        anchors.rightMargin: Theme.space7
        height: Math.max(64, Theme.titleLine + Theme.space6)

        Brand {
            size: Theme.iconMd
        }
        Item {
            Layout.fillWidth: true
        }
        Label {
            objectName: "lockedAt"
            style: "caption"
            text: screen.model.lockedAt
            color: Theme.text3
            wrapMode: Text.NoWrap
        }
    }
}
