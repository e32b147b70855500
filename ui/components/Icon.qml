// One Phosphor icon, in one colour, sharp at any pixel ratio. Decoration: it has no name.
//   name    file name in resources/icons, e.g. "hand-heart"
//   fill    true = "on"
//   size    16 | 20 | 24 at 100 %
//   color   default Theme.text2
import QtQuick
import theme

Image {
    id: icon

    required property string name
    property bool fill: false
    property real size: Theme.iconMd
    property color color: Theme.text2

    // What points along a line points along it where lines run the other way, too.
    readonly property bool along: /^(arrow-(left|right|bend)|caret-(left|right)|paper-plane|sign-out)/.test(name)
    readonly property real side: Theme.icon(size)

    width: side
    height: side
    sourceSize: Qt.size(side, side)
    mirror: along && Application.layoutDirection === Qt.RightToLeft
    source: name === "" ? "" : "image://icon/" + (fill ? "fill" : "regular") + "/" + name + "/" + color.toString().slice(-6)
    Accessible.ignored: true
}
