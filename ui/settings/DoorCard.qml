// How people come in: by an invite alone, or after a host has decided.
//   settings: CircleSettings
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

SettingsCard {
    id: card

    required property CircleSettings settings

    title: qsTr("How people come in")
    action: settings.mayChange ? qsTr("Change") : ""
    onActed: settings.change("door")

    Follows {
        objectName: "doorLines"
        Layout.fillWidth: true
        name: qsTr("How people come in")
        model: card.settings.door
    }
    Label {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space2
        visible: card.settings.questions.length > 0
        style: "label"
        strong: true
        text: qsTr("What they are asked")
    }
    Follows {
        objectName: "doorQuestions"
        Layout.fillWidth: true
        visible: card.settings.questions.length > 0
        name: qsTr("What they are asked")
        model: card.settings.questions.map(words => ({glyph: "question", text: words}))
    }
    Label {
        Layout.fillWidth: true
        visible: card.settings.questions.length > 0
        style: "caption"
        text: qsTr("Hosts are shown the answers. These are forgotten once somebody is in, or a month after the last knock.")
        color: Theme.text2
    }
}
