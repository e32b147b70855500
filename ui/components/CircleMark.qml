// The mark of a circle: a rounded square with a ring of dots. Its name always stands beside it.
//   key, size
import QtQuick
import theme

Image {
    property string key: ""
    property real size: 36

    width: size
    height: size
    sourceSize: Qt.size(size, size)
    source: "image://picture/circle/-/" + encodeURIComponent(key)
    Accessible.ignored: true
}
