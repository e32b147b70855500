// One act: the flower of who did it, the sentence, the time, and that it does not count if so.
//   the roles of `OpenLog`; column (its width), count (of all), focused; chosen()
import QtQuick
import QtQuick.Layouts
import components
import theme

Item {
    id: row

    required property int index
    required property string by
    required property int hue
    required property string sentence
    required property string takenBack
    required property string time
    required property string day
    required property string spoken
    property real column: width
    property int count: 0
    property bool focused: false

    signal chosen

    implicitHeight: paper.y + paper.height
    Accessible.role: Accessible.ListItem
    Accessible.name: spoken
    Accessible.description: qsTr("Entry %1 of %2").arg(index + 1).arg(count)
    Accessible.focusable: true
    Accessible.focused: focused

    Label {
        id: heading

        x: paper.x + Theme.space3
        y: Theme.space4
        visible: row.day !== ""
        style: "label"
        strong: true
        text: row.day
        color: Theme.text2
        Accessible.role: Accessible.Heading
    }
    Rectangle {
        id: paper

        x: Math.round((row.width - width) / 2)
        y: row.day !== "" ? heading.y + heading.implicitHeight + Theme.space1 : 0
        width: row.column
        height: line.implicitHeight + 2 * Theme.space3
        radius: Theme.radiusMd
        color: "transparent"

        TapHandler {
            onTapped: row.chosen()
        }
        RowLayout {
            id: line

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: Theme.space3
            anchors.rightMargin: Theme.space3
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.space3

            Avatar {
                Layout.alignment: Qt.AlignTop
                key: row.by
                hue: row.hue
                size: Theme.avatarSm
                opacity: row.takenBack === "" ? 1 : 0.6
            }
            ColumnLayout {
                Layout.fillWidth: true
                Layout.topMargin: Math.max(0, (Theme.avatarSm - Theme.bodyLine) / 2)
                Layout.alignment: Qt.AlignTop
                spacing: Theme.space1

                Label {
                    Layout.fillWidth: true
                    text: row.sentence
                    color: row.takenBack === "" ? Theme.text : Theme.text2
                    Accessible.ignored: true
                }
                RowLayout {
                    Layout.fillWidth: true
                    visible: row.takenBack !== ""
                    spacing: Theme.space2

                    Icon {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
                        name: "prohibit"
                        size: Theme.iconSm
                    }
                    Label {
                        objectName: "takenBack"
                        Layout.fillWidth: true
                        style: "caption"
                        text: row.takenBack
                        color: Theme.text2
                        Accessible.ignored: true
                    }
                }
            }
            Label {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Math.max(0, (Theme.avatarSm - Theme.captionLine) / 2)
                style: "caption"
                text: row.time
                color: Theme.text2
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
        }
        Rectangle {
            anchors.bottom: parent.bottom
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: Theme.space3
            anchors.rightMargin: Theme.space3
            height: 1
            visible: !row.focused
            color: Theme.divider
        }
        FocusFrame {
            shown: row.focused
            radius: parent.radius
        }
    }
}
