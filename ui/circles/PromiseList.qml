// The circle's promise, line by line.
//   lines
import QtQuick
import QtQuick.Layouts
import components
import theme

ColumnLayout {
    id: list

    required property var lines

    spacing: Theme.space1
    Accessible.role: Accessible.List
    Accessible.name: qsTr("The circle's promise")

    Label {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.space1
        style: "label"
        strong: true
        text: qsTr("The circle's promise")
    }
    Repeater {
        model: list.lines

        RowLayout {
            id: entry

            required property string modelData

            Layout.fillWidth: true
            spacing: Theme.space3
            Accessible.role: Accessible.ListItem
            Accessible.name: entry.modelData

            Icon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Math.max(0, (Theme.bodyLine - height) / 2)
                name: "check"
                size: Theme.iconSm
                color: Theme.primary
            }
            Label {
                objectName: "promiseLine"
                Layout.fillWidth: true
                text: entry.modelData
                color: Theme.text2
                Accessible.ignored: true
            }
        }
    }
}
