// A row that leads to a room or does one thing: icon, words, a quiet note at the right.
//   glyph, text, note, selected; compact: true shows the icon only, with a tip
//   lines: how many its words may take, where they are a sentence and not a room's name
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

Basic.AbstractButton {
    id: control

    required property string glyph
    property string note: ""
    property string keys: ""
    property bool selected: false
    property bool compact: false
    property int lines: 1

    readonly property color ink: selected ? Theme.primarySoftText : Theme.text2

    implicitHeight: Math.max(36, (compact ? 1 : words.lineCount) * Theme.labelLine + Theme.space3)
    implicitWidth: compact ? 44 : 230
    leftPadding: compact ? 0 : Theme.space3
    rightPadding: compact ? 0 : Theme.space3
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: note === "" ? text : text + ", " + note
    Accessible.selected: selected
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.space2

        Icon {
            Layout.alignment: control.compact ? Qt.AlignCenter : Qt.AlignVCenter
            name: control.glyph
            fill: control.selected
            size: 18
            color: control.ink
        }
        Label {
            id: words

            Layout.fillWidth: true
            visible: !control.compact
            style: "label"
            text: control.text
            color: control.ink
            wrapMode: control.lines > 1 ? Text.Wrap : Text.NoWrap
            maximumLineCount: control.lines
            elide: Text.ElideRight
            Accessible.ignored: true
        }
        Label {
            visible: !control.compact && control.note !== ""
            style: "micro"
            text: control.note
            color: Theme.text2
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
    background: Rectangle {
        radius: Theme.radiusSm
        color: control.selected ? Theme.primarySoft : control.hovered ? Theme.surfaceHover : "transparent"

        Rectangle {
            visible: control.selected && Theme.highContrast
            anchors.left: parent.left
            width: 3
            height: parent.height
            color: Theme.primary
        }
        FocusFrame {
            shown: control.visualFocus
        }
    }
    Loader {
        active: control.compact && (control.hovered || control.visualFocus)
        sourceComponent: Tip {
            parent: control
            visible: true
            text: control.text
        }
    }
}
