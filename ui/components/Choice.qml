// One of several words to choose from: a pill that stays down. Give all of them to one group.
//   text, glyph; small: true in a head row; chosen (bind to the model); `clicked()` asks the model
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.AbstractButton {
    id: control

    property string glyph: ""
    property bool chosen: false
    property bool small: false

    readonly property color ink: chosen ? Theme.primarySoftText : Theme.text2

    implicitHeight: Math.max(36, Theme.labelLine + Theme.space3)
    implicitWidth: Math.max(small ? 0 : 96, row.implicitWidth + 2 * (small ? Theme.space3 : Theme.space4))
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.RadioButton
    Accessible.name: text
    Accessible.checkable: true
    Accessible.checked: chosen
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: Item {
        Row {
            id: row

            anchors.centerIn: parent
            spacing: Theme.space2

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: control.glyph !== ""
                name: control.glyph
                fill: control.chosen
                size: Theme.iconMd - 2
                color: control.ink
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                style: "label"
                text: control.text
                color: control.ink
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
        }
    }
    background: Rectangle {
        radius: height / 2
        color: control.chosen ? Theme.primarySoft : control.hovered ? Theme.surfaceHover : "transparent"
        border.width: control.chosen && Theme.highContrast ? 2 : control.chosen ? 0 : 1
        border.color: control.chosen ? Theme.primary : Theme.border

        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
}
