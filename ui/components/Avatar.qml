// The flower of a person. Their name always stands beside it, so it is decoration.
//   key    the member's id (or, where nobody may be known, a random number)
//   hue    0–7, or -1 for the flower's own (members get theirs by order of joining)
//   size   pixels; does not grow with the text
import QtQuick
import theme

Image {
    property string key: ""
    property int hue: -1
    property real size: Theme.avatarMd

    width: size
    height: size
    sourceSize: Qt.size(size, size)
    source: "image://picture/person/" + (hue < 0 ? "-" : hue) + "/" + encodeURIComponent(key)
    Accessible.ignored: true
}
