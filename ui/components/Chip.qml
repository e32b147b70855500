// A small label: an icon and words on a soft ground (an outline in high contrast).
//   text, glyph, ink, ground
import QtQuick
import theme

Rectangle {
    id: chip

    required property string text
    property string glyph: ""
    property bool iconFill: false
    property color ink: Theme.primarySoftText
    property color ground: Theme.primarySoft

    implicitWidth: row.implicitWidth + 2 * (Theme.space2 + 2)
    implicitHeight: Math.max(26, Theme.microLine + Theme.space2 + 2)
    radius: height / 2
    color: ground
    border.width: Theme.highContrast ? 1 : 0
    border.color: ink
    Accessible.role: Accessible.StaticText
    Accessible.name: text

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.space1 + 2

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: chip.glyph !== ""
            name: chip.glyph
            fill: chip.iconFill
            size: Theme.iconSm
            color: chip.ink
        }
        Label {
            anchors.verticalCenter: parent.verticalCenter
            style: "micro"
            text: chip.text
            color: chip.ink
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
}
