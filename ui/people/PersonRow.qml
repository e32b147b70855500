// One person in the list: flower, name, role, since when, and whether they are here. A button.
//   the roles of `People`; opened()
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import components
import theme

Basic.AbstractButton {
    id: control

    required property string member
    required property int hue
    required property string name
    required property string role
    required property string sign
    required property string since
    required property string presence
    required property bool here
    required property string spoken

    implicitHeight: Math.max(64, row.implicitHeight + 2 * Theme.space3)
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    focusPolicy: Qt.ClickFocus
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: spoken
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    contentItem: RowLayout {
        id: row

        spacing: Theme.space3

        Avatar {
            key: control.member
            hue: control.hue
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Label {
                    Layout.fillWidth: true
                    Layout.maximumWidth: Math.ceil(implicitWidth)
                    style: "label"
                    strong: true
                    text: control.name
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
                RoleChip {
                    role: control.role
                    sign: control.sign
                    Accessible.ignored: true
                }
                Item {
                    Layout.fillWidth: true
                }
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                style: "caption"
                text: control.since
                color: Theme.text2
                Accessible.ignored: true
            }
        }
        Rectangle {
            visible: control.here
            implicitWidth: 8
            implicitHeight: 8
            radius: 4
            color: Theme.ok
        }
        Label {
            visible: text !== ""
            Layout.maximumWidth: Theme.px(220)
            style: "caption"
            text: control.presence
            color: control.here ? Theme.ok : Theme.text2
            horizontalAlignment: Text.AlignRight
            Accessible.ignored: true
        }
        Icon {
            name: "caret-right"
            size: Theme.iconSm
        }
    }
    background: Rectangle {
        radius: Theme.radiusLg
        color: control.hovered ? Theme.surfaceHover : Theme.surface
        border.color: Theme.border

        FocusFrame {
            shown: control.visualFocus
            radius: parent.radius
        }
    }
}
