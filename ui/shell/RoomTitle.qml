// The head of a room that is no circle yet: a serif title and a quiet line, with a hairline below.
//   title, line
import QtQuick
import components
import theme

Item {
    id: head

    required property string title
    property string line: ""

    implicitHeight: Math.max(69, words.implicitHeight + Theme.space5)

    Column {
        id: words

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: Theme.space6 + 4
        anchors.rightMargin: Theme.space4
        anchors.verticalCenter: parent.verticalCenter

        Label {
            width: parent.width
            style: "title"
            text: head.title
            wrapMode: Text.NoWrap
            elide: Text.ElideRight
        }
        Label {
            width: parent.width
            style: "caption"
            text: head.line
            color: Theme.text2
            wrapMode: Text.NoWrap
            elide: Text.ElideRight
        }
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 1
        color: Theme.border
    }
}
