// Who is reachable and what waits, in two lines. A press opens the Connection screen.
//   model: Connection; selected: that screen is open; compact: the icon only, with a tip
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

Basic.AbstractButton {
    id: pill

    required property Connection model
    property bool compact: false
    property bool selected: false

    implicitHeight: compact ? 44 : Math.max(54, words.implicitHeight + Theme.space3 + 4)
    implicitWidth: compact ? 44 : 240
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    text: model.headline
    Accessible.role: Accessible.Button
    Accessible.name: qsTr("Connection: %1. %2").arg(model.headline).arg(model.detail)
    Accessible.selected: selected
    Keys.onReturnPressed: click()
    Keys.onEnterPressed: click()

    background: Rectangle {
        radius: Theme.radiusMd
        color: pill.selected ? Theme.primarySoft : pill.hovered ? Theme.surfaceHover : pill.compact ? "transparent" : Theme.surface
        border.width: pill.compact ? 0 : 1
        border.color: pill.selected && Theme.highContrast ? Theme.primary : Theme.border

        FocusFrame {
            shown: pill.visualFocus
            radius: parent.radius
        }
    }
    contentItem: Item {
        Icon {
            id: sign

            anchors.left: parent.left
            anchors.leftMargin: pill.compact ? Math.round((parent.width - width) / 2) : Theme.space3
            anchors.verticalCenter: parent.verticalCenter
            name: pill.model.icon
            color: pill.model.tone === "waiting" ? Theme.wait : pill.model.tone === "offline" || pill.model.tone === "paused" ? Theme.offline : Theme.primary
        }
        ColumnLayout {
            id: words

            anchors.left: sign.right
            anchors.right: leads.left
            anchors.leftMargin: Theme.space3
            anchors.rightMargin: Theme.space2
            anchors.verticalCenter: parent.verticalCenter
            visible: !pill.compact
            spacing: 0

            Label {
                objectName: "reachable"
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: pill.model.headline
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
            Label {
                objectName: "waiting"
                Layout.fillWidth: true
                style: "micro"
                font.weight: Font.Normal
                text: pill.model.detail
                color: Theme.text2
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
        }
        Icon {
            id: leads

            anchors.right: parent.right
            anchors.rightMargin: Theme.space2
            anchors.verticalCenter: parent.verticalCenter
            visible: !pill.compact
            name: "caret-right"
            size: Theme.iconSm
            color: Theme.text2
        }
    }
    Loader {
        active: pill.compact && (pill.hovered || pill.visualFocus)
        sourceComponent: Tip {
            parent: pill
            visible: true
            text: pill.model.headline + " · " + pill.model.detail
        }
    }
}
