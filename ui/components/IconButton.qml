// A button that is only an icon: it always has a name, and a tip that says the name and its keys.
//   glyph     icon name
//   name      accessible name, also the tip
//   keys      e.g. "Ctrl+L", shown in the tip
//   on        true: the fill weight
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.AbstractButton {
    id: control

    required property string glyph
    required property string name
    property string keys: ""
    property bool on: false
    property real iconSize: Theme.iconMd
    property color iconColor: Theme.text2

    implicitWidth: Math.max(Theme.hitMin, Theme.icon(iconSize) + 2 * Theme.space2)
    implicitHeight: implicitWidth
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: name
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            name: control.glyph
            fill: control.on
            size: control.iconSize
            color: control.enabled ? control.iconColor : Theme.text3
        }
    }
    background: Rectangle {
        radius: Theme.radiusSm
        color: control.down || control.hovered ? Theme.surfaceHover : "transparent"

        FocusFrame {
            shown: control.visualFocus
        }
    }
    Loader {
        active: control.hovered || control.visualFocus
        sourceComponent: Tip {
            parent: control
            visible: true
            text: control.keys === "" ? control.name : control.name + "  " + control.keys
        }
    }
}
