// One of several answers that need a sentence: a ring, a title, what it means. One column of them.
//   text, detail; chosen (bind to the model); `clicked()` asks the model. Arrows move between them.
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

Basic.AbstractButton {
    id: control

    property string detail: ""
    property bool chosen: false

    implicitHeight: Math.max(Theme.hitMin, words.implicitHeight + 2 * Theme.space2 + 2)
    implicitWidth: Theme.px(280)
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Accessible.role: Accessible.RadioButton
    Accessible.name: detail === "" ? text : text + ". " + detail
    Accessible.checkable: true
    Accessible.checked: chosen
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        spacing: Theme.space3

        Rectangle {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Math.max(0, words.y + (Theme.labelLine - height) / 2)
            implicitWidth: Theme.icon(Theme.iconMd)
            implicitHeight: implicitWidth
            radius: width / 2
            color: "transparent"
            border.width: control.chosen ? 2 : 1.5
            border.color: control.chosen ? Theme.primary : Theme.borderStrong

            Rectangle {
                anchors.centerIn: parent
                width: Math.round(parent.width / 2)
                height: width
                radius: width / 2
                visible: control.chosen
                color: Theme.primary
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
        border.width: control.chosen ? 2 : 1
        border.color: control.chosen ? Theme.primary : Theme.border

        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
}
