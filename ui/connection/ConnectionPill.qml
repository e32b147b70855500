// Who is reachable and what waits, in two lines. Not to be pressed: there is nothing behind it yet.
//   model: Connection; compact: the icon only, with a tip
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Rectangle {
    id: pill

    required property Connection model
    property bool compact: false

    implicitHeight: compact ? 44 : Math.max(54, words.implicitHeight + Theme.space3 + 4)
    implicitWidth: compact ? 44 : 240
    radius: Theme.radiusMd
    color: compact ? "transparent" : Theme.surface
    border.width: compact ? 0 : 1
    border.color: Theme.border
    Accessible.role: Accessible.StaticText
    Accessible.name: model.headline + ". " + model.detail

    Icon {
        id: sign

        anchors.left: parent.left
        anchors.leftMargin: pill.compact ? Math.round((pill.width - width) / 2) : Theme.space3
        anchors.verticalCenter: parent.verticalCenter
        name: pill.model.icon
        color: pill.model.tone === "waiting" ? Theme.wait : pill.model.tone === "offline" ? Theme.offline : Theme.primary
    }
    ColumnLayout {
        id: words

        anchors.left: sign.right
        anchors.right: parent.right
        anchors.leftMargin: Theme.space3
        anchors.rightMargin: Theme.space3
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
    HoverHandler {
        id: hover
    }
    Loader {
        active: pill.compact && hover.hovered
        sourceComponent: Tip {
            parent: pill
            visible: true
            text: pill.model.headline + " · " + pill.model.detail
        }
    }
}
