// What all promise, line by line.
//   settings: CircleSettings
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

SettingsCard {
    id: card

    required property CircleSettings settings
    readonly property bool empty: settings.promise.length === 0

    title: qsTr("Our promise")
    action: !settings.mayChange ? "" : empty ? qsTr("Write one") : qsTr("Change the words")
    onActed: settings.change("promise")

    Follows {
        objectName: "promiseLines"
        Layout.fillWidth: true
        visible: !card.empty
        name: qsTr("Our promise")
        model: card.settings.promise.map(words => ({glyph: "check", text: words}))
    }
    Label {
        Layout.fillWidth: true
        style: "caption"
        text: card.empty ? qsTr("There is none yet: a few lines that newcomers agree to before they come in.") : qsTr("Whoever comes by an invite made from now on agrees to this first.")
        color: Theme.text2
    }
}
