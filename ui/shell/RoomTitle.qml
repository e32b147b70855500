// The head of a room: a serif title and a quiet line, with a hairline below.
//   title, line; back (the name of an arrow before them, "" for none);  enter(reason) to the arrow; went()
import QtQuick
import components
import theme

Item {
    id: head

    required property string title
    property string line: ""
    property string back: ""

    signal went

    function enter(reason: int): void {
        if (arrow.visible)
            arrow.forceActiveFocus(reason);
    }

    implicitHeight: Math.max(69, words.implicitHeight + Theme.space5)

    IconButton {
        id: arrow

        objectName: "back"
        anchors.left: parent.left
        anchors.leftMargin: Theme.space4
        anchors.verticalCenter: parent.verticalCenter
        visible: head.back !== ""
        glyph: "arrow-left"
        name: head.back
        keys: "Esc"
        onClicked: head.went()
    }
    Column {
        id: words

        anchors.left: arrow.visible ? arrow.right : parent.left
        anchors.right: parent.right
        anchors.leftMargin: arrow.visible ? Theme.space3 : Theme.space6 + 4
        anchors.rightMargin: Theme.space4
        anchors.verticalCenter: parent.verticalCenter

        Label {
            width: parent.width
            style: "title"
            text: head.title
            Accessible.role: Accessible.Heading
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
