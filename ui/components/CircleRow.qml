// One circle in the sidebar: mark, name, a line below, and how much is new (in words).
//   key, name, line, unread (0 hides the chip), selected, waiting ("knocking…": quiet look)
//   compact: true shows the mark only, with a tip
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

Basic.AbstractButton {
    id: control

    required property string key
    required property string name
    property string line: ""
    property int unread: 0
    property bool selected: false
    property bool waiting: false
    property bool compact: false

    implicitHeight: Math.max(54, words.implicitHeight + Theme.space3 + 4)
    implicitWidth: compact ? 52 : 250
    leftPadding: Theme.space2
    rightPadding: Theme.space2
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: name + (line === "" ? "" : ". " + line) + (unread > 0 ? ". " + qsTr("%1 new").arg(unread) : "")
    Accessible.selected: selected
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.space3 - 2

        CircleMark {
            key: control.key
            opacity: control.waiting ? 0.6 : 1
        }
        ColumnLayout {
            id: words

            Layout.fillWidth: true
            visible: !control.compact
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: control.name
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                style: "micro"
                font.weight: Font.Normal
                text: control.line
                color: Theme.text2
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
        }
        Chip {
            visible: control.unread > 0 && !control.compact
            text: qsTr("%1 new").arg(control.unread)
            Accessible.ignored: true
        }
    }
    background: Rectangle {
        radius: Theme.radiusMd
        color: control.selected ? Theme.surface : control.hovered ? Theme.surfaceHover : "transparent"
        border.width: control.selected ? 1 : 0
        border.color: Theme.border

        Rectangle {
            visible: control.selected && Theme.highContrast
            anchors.left: parent.left
            width: 3
            height: parent.height - 2 * parent.radius
            anchors.verticalCenter: parent.verticalCenter
            color: Theme.primary
        }
        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
    Loader {
        active: control.hovered || control.visualFocus
        sourceComponent: Tip {
            parent: control
            visible: true
            text: control.line === "" ? control.name : control.name + " · " + control.line
        }
    }
}
