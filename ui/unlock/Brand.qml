// The app's name beside its fire.
import QtQuick
import components
import theme

Row {
    property real size: Theme.iconLg

    spacing: Theme.space3 - 2
    Accessible.ignored: true

    // In its own colours, as on the desktop: tinted like the other icons it would be a mere square.
    Image {
        readonly property real side: Theme.icon(parent.size)

        anchors.verticalCenter: parent.verticalCenter
        width: side
        height: side
        sourceSize: Qt.size(side, side)
        source: Qt.resolvedUrl("../../resources/icons/hearthside.svg")
        Accessible.ignored: true
    }
    Label {
        anchors.verticalCenter: parent.verticalCenter
        style: parent.size < Theme.iconLg ? "heading" : "title"
        font.family: Theme.titleFont.family
        text: "Hearthside"
        wrapMode: Text.NoWrap
    }
}
