// The two-line pill of the sidebar ("5 of 8 reachable / 2 posts waiting"), pressable.
//   glyph, iconColor, title, subtitle; compact: true shows the icon only (64 px rail)
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

Basic.AbstractButton {
    id: control

    required property string glyph
    required property string title
    property string subtitle: ""
    property color iconColor: Theme.primary
    property bool compact: false

    implicitHeight: Math.max(compact ? 44 : 54, words.implicitHeight + Theme.space3 + 4)
    implicitWidth: compact ? 44 : 240
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    leftPadding: compact ? 0 : Theme.space3
    rightPadding: compact ? 0 : Theme.space3
    Accessible.role: Accessible.Button
    Accessible.name: subtitle === "" ? title : title + ". " + subtitle
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.space3

        Icon {
            Layout.alignment: Qt.AlignCenter
            name: control.glyph
            color: control.iconColor
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
                text: control.title
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                style: "micro"
                font.weight: Font.Normal
                text: control.subtitle
                color: Theme.text2
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
        }
        Icon {
            visible: !control.compact
            name: "caret-right"
            size: Theme.iconSm
        }
    }
    background: Rectangle {
        radius: Theme.radiusMd
        color: control.hovered ? Theme.surfaceHover : Theme.surface
        border.color: Theme.border

        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
    Loader {
        active: control.compact && (control.hovered || control.visualFocus)
        sourceComponent: Tip {
            parent: control
            visible: true
            text: control.Accessible.name
        }
    }
}
