// What this circle calls the reader, and a way to change it. Stands on one's own page.
//   calling: Calling
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property Calling calling

    padding: Theme.space6
    verticalPadding: Theme.space5
    spacing: Theme.space4

    Label {
        Layout.fillWidth: true
        style: "heading"
        text: qsTr("What this circle calls you")
        Accessible.role: Accessible.Heading
    }
    Field {
        objectName: "ownName"
        Layout.fillWidth: true
        label: qsTr("Name")
        maximumLength: 64
        text: card.calling.name
        hint: card.calling.means
        error: card.calling.problem
        onTextChanged: card.calling.type(text)
        onAccepted: card.calling.keep()
    }
    Button {
        objectName: "keepName"
        visible: card.calling.other || card.calling.working
        text: qsTr("Use this name here")
        busy: card.calling.working
        onClicked: card.calling.keep()
    }
}
