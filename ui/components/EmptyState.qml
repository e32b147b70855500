// A room with nothing in it yet: seats (you, and room for others), a title, a sentence, buttons.
//   title, text; seats (number of empty ones, 0 hides the drawing); key, hue (your own flower)
//   actions   the buttons (a list, at most two)
import QtQuick
import QtQuick.Layouts
import theme

ColumnLayout {
    id: empty

    property string title: ""
    property string text: ""
    property int seats: 3
    property string key: ""
    property int hue: -1
    property alias actions: buttons.data

    spacing: 0

    Row {
        Layout.alignment: Qt.AlignHCenter
        Layout.bottomMargin: Theme.space5
        visible: empty.seats > 0
        spacing: Theme.space3 + 2

        Avatar {
            visible: empty.key !== ""
            key: empty.key
            hue: empty.hue
            size: 64
        }
        Repeater {
            model: empty.seats

            Seat {
                size: 64
            }
        }
    }
    Label {
        Layout.fillWidth: true
        style: "display"
        text: empty.title
        horizontalAlignment: Text.AlignHCenter
        Accessible.role: Accessible.Heading
    }
    Label {
        Layout.fillWidth: true
        Layout.maximumWidth: Theme.px(500)
        Layout.alignment: Qt.AlignHCenter
        Layout.topMargin: Theme.space2
        text: empty.text
        color: Theme.text2
        horizontalAlignment: Text.AlignHCenter
    }
    GridLayout {
        id: buttons

        readonly property real wanted: Array.from(children).reduce((sum, one) => sum + one.implicitWidth + columnSpacing, 0)

        Layout.alignment: Qt.AlignHCenter
        Layout.topMargin: Theme.space5
        columns: wanted > empty.width ? 1 : 4
        columnSpacing: Theme.space3
        rowSpacing: Theme.space2
    }
}
