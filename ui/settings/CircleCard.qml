// The circle's name and what it is about.
//   settings: CircleSettings
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

SettingsCard {
    id: card

    required property CircleSettings settings

    title: qsTr("The circle")
    action: settings.mayChange ? qsTr("Change") : ""
    onActed: settings.change("circle")

    Label {
        objectName: "settingsName"
        Layout.fillWidth: true
        strong: true
        text: card.settings.name
    }
    Label {
        objectName: "settingsAbout"
        Layout.fillWidth: true
        text: card.settings.about === "" ? qsTr("It doesn't say yet what it is about.") : card.settings.about
        color: card.settings.about === "" ? Theme.text2 : Theme.text
    }
    Label {
        Layout.fillWidth: true
        style: "caption"
        text: qsTr("Both stand on the invite: whoever has one can read them without being in.")
        color: Theme.text2
    }
}
