// A numbered step: what to do, in bold.
//   number, text
import QtQuick
import QtQuick.Layouts
import components
import theme

RowLayout {
    id: step

    required property int number
    required property string text

    Layout.fillWidth: true
    spacing: Theme.space3
    Accessible.role: Accessible.StaticText
    Accessible.name: number + ". " + text

    Rectangle {
        Layout.alignment: Qt.AlignTop
        implicitWidth: Math.max(24, Theme.labelLine)
        implicitHeight: implicitWidth
        radius: width / 2
        color: Theme.primarySoft

        Label {
            anchors.centerIn: parent
            style: "label"
            strong: true
            text: step.number
            color: Theme.primarySoftText
            Accessible.ignored: true
        }
    }
    Label {
        Layout.fillWidth: true
        style: "label"
        strong: true
        text: step.text
        Accessible.ignored: true
    }
}
