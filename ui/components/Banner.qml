// Something to know, at the foot of a room: icon, title, sentence, at most one action.
//   kind     "info" | "offline" | "attention"
//   glyph, title, text; action (button words), acted()
import QtQuick
import QtQuick.Layouts
import theme

Rectangle {
    id: banner

    property string kind: "info"
    property string glyph: kind === "attention" ? "warning-circle" : kind === "offline" ? "cloud-slash" : "info"
    property string title: ""
    property string text: ""
    property string action: ""

    readonly property color ink: kind === "attention" ? Theme.dangerSoftText : kind === "offline" ? Theme.offline : Theme.primary

    signal acted

    implicitWidth: 480
    implicitHeight: row.implicitHeight + 2 * Theme.space3
    radius: Theme.radiusLg
    color: kind === "attention" ? Theme.dangerSoft : Theme.surface
    border.width: kind === "attention" && !Theme.highContrast ? 0 : 1
    border.color: Theme.border
    Accessible.role: Accessible.AlertMessage
    Accessible.name: title === "" ? text : title + ". " + text

    RowLayout {
        id: row

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.space4 + 2
        anchors.rightMargin: Theme.space3
        spacing: Theme.space4

        Icon {
            name: banner.glyph
            size: Theme.iconLg
            color: banner.ink
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                visible: banner.title !== ""
                style: "label"
                strong: true
                text: banner.title
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                visible: banner.text !== ""
                style: "caption"
                text: banner.text
                color: banner.kind === "attention" ? Theme.dangerSoftText : Theme.text2
                Accessible.ignored: true
            }
        }
        Button {
            visible: banner.action !== ""
            Accessible.ignored: !visible
            kind: "pill"
            text: banner.action
            onClicked: banner.acted()
        }
    }
}
