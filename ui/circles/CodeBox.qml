// The code in seven groups and the link below it: masked, or both readable.
//   model: Inviting
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Rectangle {
    id: box

    required property Inviting model

    implicitHeight: column.implicitHeight + 2 * Theme.space3
    radius: Theme.radiusMd
    color: Theme.surfaceSunk
    border.color: Theme.border

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: Theme.space4
        anchors.rightMargin: Theme.space4
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.space2

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space2

            Label {
                style: "label"
                strong: true
                text: qsTr("Invite code")
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: qsTr("7 groups of 4")
                color: Theme.text2
            }
            Button {
                objectName: "showInvite"
                kind: "quiet"
                glyph: box.model.shown ? "eye-slash" : "eye"
                text: box.model.shown ? qsTr("Hide") : qsTr("Show")
                Accessible.name: box.model.shown ? qsTr("Hide code, link and picture") : qsTr("Show code, link and picture")
                busy: box.model.working
                onClicked: box.model.show()
            }
        }
        GridLayout {
            Layout.fillWidth: true
            columns: column.width / Theme.scale >= 560 ? 7 : 4
            columnSpacing: Theme.space2
            rowSpacing: Theme.space2
            Accessible.role: Accessible.StaticText
            Accessible.name: box.model.shown ? qsTr("Code: %1").arg(box.model.groups.join(", ")) : qsTr("The code is hidden")

            Repeater {
                model: box.model.groups

                Rectangle {
                    required property string modelData

                    objectName: "codeGroup"
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    implicitHeight: Math.max(36, Theme.bodyLine + Theme.space3)
                    radius: Theme.radiusXs
                    color: Theme.surface
                    border.color: Theme.border

                    Label {
                        anchors.centerIn: parent
                        font.family: Theme.codeFont.family
                        font.letterSpacing: Theme.px(2)
                        font.weight: Font.DemiBold
                        text: parent.modelData
                        wrapMode: Text.NoWrap
                        Accessible.ignored: true
                    }
                }
            }
        }
        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space2

            Icon {
                name: "link-simple"
                size: Theme.iconSm
            }
            Label {
                objectName: "inviteLink"
                Layout.fillWidth: true
                style: "caption"
                font.family: Theme.codeFont.family
                text: box.model.link
                color: Theme.text2
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.name: box.model.shown ? box.model.link : qsTr("The link is hidden")
            }
        }
    }
}
