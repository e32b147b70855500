// One sentence that helps to answer well (apricot), or a quiet note (`calm: true`, sand).
//   text, glyph, calm
import QtQuick
import QtQuick.Layouts
import theme

Rectangle {
    id: guidance

    required property string text
    property string glyph: calm ? "info" : "lightbulb"
    property bool calm: false

    readonly property color ink: calm ? Theme.text2 : Theme.accentSoftText

    implicitHeight: row.implicitHeight + 2 * Theme.space3
    radius: Theme.radiusMd
    color: calm ? Theme.surfaceSunk : Theme.accentSoft
    border.width: Theme.highContrast ? 1 : 0
    border.color: ink
    Accessible.role: Accessible.Note
    Accessible.name: text

    RowLayout {
        id: row

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.space4
        anchors.rightMargin: Theme.space4
        spacing: Theme.space3

        Icon {
            name: guidance.glyph
            color: guidance.ink
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: guidance.text
            color: guidance.ink
            Accessible.ignored: true
        }
    }
}
