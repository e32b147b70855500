// One card of the page: a title, what may be done about it, and what is set.
//   title; action (words of a button, "" for none), glyph;  acted()
//   enter(reason) puts the focus on the card, so that it is read out and seen to be meant
import QtQuick
import QtQuick.Layouts
import components
import theme

Card {
    id: card

    required property string title
    property string action: ""
    property string glyph: "pencil-simple"
    readonly property bool row: head.width >= heading.implicitWidth + button.implicitWidth + Theme.space3

    signal acted

    function enter(reason: int): void {
        forceActiveFocus(reason);
    }

    padding: Theme.space5
    verticalPadding: Theme.space4
    spacing: Theme.space2
    focused: activeFocus
    // Else Tab would not go on from here.
    activeFocusOnTab: activeFocus
    Accessible.role: Accessible.Grouping
    Accessible.name: title
    Accessible.focusable: true

    GridLayout {
        id: head

        Layout.fillWidth: true
        columns: card.row ? 2 : 1
        columnSpacing: Theme.space3
        rowSpacing: 0

        Label {
            id: heading

            Layout.fillWidth: true
            Layout.minimumHeight: card.row ? button.implicitHeight : 0
            style: "heading"
            text: card.title
            verticalAlignment: Text.AlignVCenter
            Accessible.role: Accessible.Heading
        }
        Button {
            id: button

            objectName: card.objectName + "Action"
            // Its words stand at the edge of the others, not its frame.
            Layout.rightMargin: card.row ? -Theme.space3 : 0
            Layout.leftMargin: card.row ? 0 : -Theme.space3
            visible: text !== ""
            kind: "quiet"
            glyph: card.glyph
            text: card.action
            onClicked: card.acted()
        }
    }
}
