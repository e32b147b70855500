// A way to go on, as a card to press: icon, title, one sentence.
//   glyph, text, sentence
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import components
import theme

Basic.AbstractButton {
    id: control

    required property string glyph
    property string sentence: ""

    leftPadding: Theme.space5
    rightPadding: Theme.space5
    topPadding: Theme.space4
    bottomPadding: Theme.space4
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.description: sentence
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.space4

        Icon {
            name: control.glyph
            size: Theme.iconLg
            color: Theme.primary
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "heading"
                text: control.text
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: control.sentence
                color: Theme.text2
                Accessible.ignored: true
            }
        }
        Icon {
            name: "caret-right"
            size: Theme.iconSm
        }
    }
    background: Rectangle {
        radius: Theme.radiusLg
        color: control.down || control.hovered ? Theme.surfaceHover : Theme.surface
        border.color: Theme.border

        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
}
