// The picture of a person in this circle, or their flower. Their name always stands beside it, so it
// is decoration.
//   key      the member's id (or, where nobody may be known, a random number)
//   hue      0–7, or -1 for the flower's own (members get theirs by order of joining)
//   size     pixels; does not grow with the text
//   picture  what stands for their picture (by itself: the one in the open circle), "" for the flower
import QtQuick
import Hearthside
import theme

Image {
    property string key: ""
    property int hue: -1
    property real size: Theme.avatarMd
    property string picture: Portraits.of(key, Portraits.turn)

    width: size
    height: size
    sourceSize: Qt.size(size, size)
    // A flower may be kept as long as the window is there; of a person nothing is.
    cache: picture === ""
    source: picture !== "" ? "image://portrait/" + encodeURIComponent(picture) : "image://picture/person/" + (hue < 0 ? "-" : hue) + "/" + encodeURIComponent(key)
    Accessible.ignored: true
}
