// A hairline, perhaps with words in its middle ("New since yesterday evening").
//   text
import QtQuick
import QtQuick.Layouts
import theme

RowLayout {
    id: divider

    property string text: ""

    spacing: Theme.space4
    Accessible.role: text === "" ? Accessible.Separator : Accessible.Heading
    Accessible.name: text
    Accessible.ignored: text === ""

    Rectangle {
        Layout.fillWidth: true
        implicitHeight: 1
        color: divider.text === "" ? Theme.divider : Theme.border
    }
    Label {
        visible: divider.text !== ""
        style: "micro"
        text: divider.text
        color: Theme.text2
        wrapMode: Text.NoWrap
        Accessible.ignored: true
    }
    Rectangle {
        Layout.fillWidth: true
        visible: divider.text !== ""
        implicitHeight: 1
        color: Theme.border
    }
}
