// Details for whoever helps: closed until asked for. What can be copied has no names in it.
//   model: ConnectionPage
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property ConnectionPage model
    property bool open: false

    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Details for helpers")

    Button {
        objectName: "helpersToggle"
        Layout.leftMargin: -Theme.space3
        kind: "quiet"
        glyph: card.open ? "caret-down" : "caret-right"
        text: qsTr("Details for helpers")
        Accessible.name: card.open ? qsTr("Hide details for helpers") : qsTr("Show details for helpers")
        onClicked: card.open = !card.open
    }
    ColumnLayout {
        Layout.fillWidth: true
        visible: card.open
        spacing: Theme.space2

        Label {
            Layout.fillWidth: true
            style: "label"
            strong: true
            text: qsTr("Where this computer listens")
        }
        Repeater {
            model: card.model.addresses

            Label {
                required property string modelData

                objectName: "listensAt"
                Layout.fillWidth: true
                style: "caption"
                font.family: Theme.codeFont.family
                text: modelData
                wrapMode: Text.WrapAnywhere
            }
        }
        Label {
            Layout.fillWidth: true
            visible: card.model.addresses.length === 0
            style: "caption"
            text: qsTr("Nowhere at the moment.")
            color: Theme.text2
        }
        Label {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space2
            visible: card.model.rungs.length > 0
            style: "label"
            strong: true
            text: qsTr("Which way leads to whom")
        }
        Repeater {
            model: card.model.rungs

            Label {
                required property string modelData

                Layout.fillWidth: true
                style: "caption"
                text: modelData
            }
        }
        Label {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space2
            style: "caption"
            text: qsTr("The copy has numbers in place of people, and kinds in place of addresses. Nothing that anybody wrote is in it.")
            color: Theme.text2
        }
        Button {
            objectName: "copyLog"
            glyph: "copy"
            text: qsTr("Copy for a helper")
            onClicked: card.model.copy()
        }
    }
}
