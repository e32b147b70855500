// Something that is so or not, with a sentence of what it means: a box to tick.
//   text, detail; ticked (bind to the model); `clicked()` asks the model
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

Basic.AbstractButton {
    id: control

    property string detail: ""
    property bool ticked: false

    implicitHeight: Math.max(Theme.hitMin, words.implicitHeight + 2 * Theme.space2 + 2)
    implicitWidth: Theme.px(280)
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.CheckBox
    Accessible.name: detail === "" ? text : text + ". " + detail
    Accessible.checkable: true
    Accessible.checked: ticked
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.space3

        Rectangle {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Math.max(0, words.y + (Theme.labelLine - height) / 2)
            implicitWidth: Theme.icon(Theme.iconMd)
            implicitHeight: implicitWidth
            radius: 4
            color: control.ticked ? Theme.primary : "transparent"
            border.width: control.ticked ? 0 : 1.5
            border.color: Theme.borderStrong

            Icon {
                anchors.centerIn: parent
                visible: control.ticked
                name: "check"
                size: Theme.iconSm
                color: Theme.textOnPrimary
            }
        }
        ColumnLayout {
            id: words

            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: control.text
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                style: "caption"
                text: control.detail
                color: Theme.text2
                Accessible.ignored: true
            }
        }
    }
    background: Rectangle {
        radius: Theme.radiusMd
        color: control.hovered ? Theme.surfaceHover : Theme.surface
        border.width: 1
        border.color: Theme.border

        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
}
