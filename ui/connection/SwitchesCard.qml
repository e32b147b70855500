// What this computer may do on the networks around it.
//   model: ConnectionPage
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property ConnectionPage model

    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("What this computer may do")

    Label {
        Layout.fillWidth: true
        style: "heading"
        text: qsTr("What this computer may do")
        Accessible.role: Accessible.Heading
    }
    Tick {
        objectName: "allowLan"
        Layout.fillWidth: true
        text: qsTr("Find people on this network")
        detail: qsTr("It says that it is here, under a name that changes daily and only your circles know.")
        ticked: card.model.lan
        onClicked: card.model.allow("lan", !card.model.lan)
    }
    Tick {
        objectName: "allowRouter"
        Layout.fillWidth: true
        text: qsTr("Ask the router to let people in")
        detail: qsTr("People elsewhere then reach this computer directly. Not every router does it.")
        ticked: card.model.router
        onClicked: card.model.allow("router", !card.model.router)
    }
    Tick {
        objectName: "allowRelay"
        Layout.fillWidth: true
        text: qsTr("Let people of your circles meet through this computer")
        detail: qsTr("What they say to each other stays sealed between them.")
        ticked: card.model.relay
        onClicked: card.model.allow("relay", !card.model.relay)
    }
}
