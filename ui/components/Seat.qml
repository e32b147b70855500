// An empty seat: a dashed circle with a small plus. Decoration.
import QtQuick
import QtQuick.Shapes
import theme

Item {
    id: seat

    property real size: 64

    width: size
    height: size
    Accessible.ignored: true

    Shape {
        anchors.fill: parent

        ShapePath {
            strokeColor: Theme.borderStrong
            strokeWidth: 1.5
            strokeStyle: ShapePath.DashLine
            dashPattern: [4, 3]
            fillColor: Theme.surface
            startX: 1
            startY: seat.size / 2

            PathArc {
                x: seat.size - 1
                y: seat.size / 2
                radiusX: seat.size / 2 - 1
                radiusY: radiusX
            }
            PathArc {
                x: 1
                y: seat.size / 2
                radiusX: seat.size / 2 - 1
                radiusY: radiusX
            }
        }
    }
    Icon {
        anchors.centerIn: parent
        name: "plus"
        color: Theme.borderStrong
    }
}
