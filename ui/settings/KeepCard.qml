// How long words stay.
//   settings: CircleSettings
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

SettingsCard {
    id: card

    required property CircleSettings settings

    title: qsTr("How long words stay")
    action: settings.mayChange ? qsTr("Change") : ""
    onActed: settings.keepFor()

    Label {
        objectName: "wordsStay"
        Layout.fillWidth: true
        strong: true
        text: card.settings.keeps
    }
    Label {
        Layout.fillWidth: true
        text: card.settings.keepsMeans
    }
    Label {
        Layout.fillWidth: true
        style: "caption"
        text: qsTr("Copies that somebody made elsewhere can't be called back.")
        color: Theme.text2
    }
}
