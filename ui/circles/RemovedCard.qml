// What somebody reads who was removed: by whom, why, what they still have, and their choice.
//   room: Room;  erasing()
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Rectangle {
    id: card

    required property Room room

    signal erasing

    implicitHeight: column.implicitHeight + 2 * Theme.space4
    radius: Theme.radiusLg
    color: Theme.surface
    border.color: Theme.borderStrong
    Accessible.role: Accessible.AlertMessage
    Accessible.name: [room.removedBy, room.removedReason, room.remains].join(" ")
    Component.onCompleted: Accessible.announce(Accessible.name)

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: Theme.space4
        anchors.leftMargin: Theme.space5
        anchors.rightMargin: Theme.space5
        spacing: Theme.space2

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space3

            Icon {
                Layout.alignment: Qt.AlignTop
                name: "sign-out"
                size: Theme.iconLg
                color: Theme.text2
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: Theme.space1

                Label {
                    objectName: "removedBy"
                    Layout.fillWidth: true
                    style: "heading"
                    text: card.room.removedBy
                    Accessible.ignored: true
                }
                Label {
                    objectName: "removedReason"
                    Layout.fillWidth: true
                    style: "story"
                    text: card.room.removedReason
                    Accessible.ignored: true
                }
                Label {
                    objectName: "remains"
                    Layout.fillWidth: true
                    style: "caption"
                    text: card.room.remains
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
        }
        GridLayout {
            Layout.alignment: Qt.AlignRight
            visible: !card.room.kept
            columns: erase.implicitWidth + keep.implicitWidth + columnSpacing < column.width ? 2 : 1
            columnSpacing: Theme.space3
            rowSpacing: Theme.space2

            Button {
                id: erase

                objectName: "eraseRemoved"
                kind: "quiet"
                text: qsTr("Erase it from this computer…")
                onClicked: card.erasing()
            }
            Button {
                id: keep

                objectName: "keepRemoved"
                text: qsTr("Keep it to read")
                onClicked: card.room.keep()
            }
        }
    }
}
