// One step on the way in: done, under way, or still to come, in a sign and in words.
//   progress: "done" | "now" | "next"; title, text
import QtQuick
import QtQuick.Layouts
import components
import theme

RowLayout {
    id: stage

    required property string progress
    required property string title
    property string text: ""
    readonly property string spoken: progress === "done" ? qsTr("done") : progress === "now" ? qsTr("under way") : qsTr("still to come")

    spacing: Theme.space3 + 2
    Accessible.role: Accessible.ListItem
    Accessible.name: title + ", " + spoken + ". " + text

    Rectangle {
        Layout.alignment: Qt.AlignTop
        Layout.topMargin: 2
        implicitWidth: 28
        implicitHeight: 28
        radius: 14
        color: stage.progress === "done" ? Theme.primarySoft : stage.progress === "now" ? Theme.waitSoft : "transparent"
        border.width: stage.progress === "next" || Theme.highContrast ? 1.5 : 0
        border.color: Theme.borderStrong

        Icon {
            anchors.centerIn: parent
            visible: stage.progress !== "next"
            name: stage.progress === "done" ? "check" : "clock"
            size: Theme.iconSm
            color: stage.progress === "done" ? Theme.primarySoftText : Theme.wait
        }
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: 0

        Label {
            Layout.fillWidth: true
            style: "label"
            strong: true
            text: stage.title
            Accessible.ignored: true
        }
        Label {
            Layout.fillWidth: true
            visible: text !== ""
            style: "caption"
            text: stage.text
            color: Theme.text2
            Accessible.ignored: true
        }
    }
}
