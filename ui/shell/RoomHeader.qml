// The head of the main column: the circle's name and people; inviting; a menu.
//   shell: Shell; narrow
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: head

    required property Shell shell
    property bool narrow: false
    readonly property Room room: shell.room

    signal leaving

    function enter(): void {
        (invite.visible ? invite : more).forceActiveFocus(Qt.TabFocusReason);
    }

    implicitHeight: Math.max(69, words.implicitHeight + Theme.space5)
    Accessible.role: Accessible.Pane
    Accessible.name: qsTr("This circle")

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.space6 + 4
        anchors.rightMargin: Theme.space4
        spacing: Theme.space2

        ColumnLayout {
            id: words

            Layout.fillWidth: true
            spacing: 0

            Label {
                objectName: "roomName"
                Layout.fillWidth: true
                style: "title"
                text: head.room.name
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.role: Accessible.Heading
            }
            Label {
                objectName: "roomLine"
                Layout.fillWidth: true
                style: "caption"
                text: head.narrow ? head.room.shortLine : head.room.line
                color: Theme.text2
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
            }
        }
        Row {
            spacing: -Theme.space2
            visible: head.room.faces.length > 0
            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("In this circle: %1").arg(head.room.facesSpoken)

            Repeater {
                model: head.room.faces

                Rectangle {
                    required property var modelData

                    width: 32
                    height: 32
                    radius: 16
                    color: Theme.bg

                    Avatar {
                        anchors.centerIn: parent
                        key: parent.modelData.key
                        hue: parent.modelData.hue
                        size: 28
                    }
                }
            }
        }
        Label {
            objectName: "hereNow"
            visible: !head.narrow && text !== ""
            Layout.rightMargin: Theme.space2
            style: "label"
            font.weight: Font.Normal
            text: head.room.hereNow
            color: Theme.text2
            wrapMode: Text.NoWrap
        }
        IconButton {
            id: invite

            objectName: "invite"
            visible: head.room.mayInvite
            glyph: "user-plus"
            name: qsTr("Invite someone")
            onClicked: head.shell.invite()
        }
        IconButton {
            id: more

            objectName: "roomMenu"
            glyph: "dots-three"
            name: qsTr("More about this circle")
            // Else its tip would lie over the menu.
            hoverEnabled: !menu.visible
            onClicked: menu.popup(more, more.width - menu.width, more.height)

            PopMenu {
                id: menu

                PopMenu.Entry {
                    objectName: "menuSettings"
                    visible: head.room.open
                    glyph: "gear"
                    text: qsTr("Circle settings")
                    onTriggered: head.shell.rooms.go("settings")
                }
                PopMenu.Entry {
                    objectName: "menuTake"
                    visible: head.room.open
                    glyph: "paper-plane-right"
                    text: qsTr("Take posts with me…")
                    onTriggered: head.shell.rooms.carry(false)
                }
                PopMenu.Entry {
                    objectName: "menuBring"
                    visible: head.room.open
                    glyph: "envelope-simple"
                    text: qsTr("Bring posts in…")
                    onTriggered: head.shell.rooms.carry(true)
                }
                PopMenu.Entry {
                    objectName: "menuLeave"
                    glyph: "sign-out"
                    text: head.room.open ? qsTr("Leave circle…") : qsTr("Erase it here…")
                    onTriggered: head.leaving()
                }
            }
        }
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 1
        color: Theme.border
    }
}
