// Who looks after the circle, who began it, and who is to come after.
//   settings: CircleSettings
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

SettingsCard {
    id: card

    required property CircleSettings settings

    title: qsTr("Hosts and moderators")
    glyph: "key"
    action: settings.mayTakeOver ? qsTr("Take over…") : settings.mayHandOver ? qsTr("Hand over…") : ""
    onActed: settings.mayTakeOver ? settings.takeOver() : settings.handOver()

    ColumnLayout {
        objectName: "keepers"
        Layout.fillWidth: true
        spacing: Theme.space3
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Hosts and moderators")

        Repeater {
            model: card.settings.keepers

            RowLayout {
                id: entry

                required property var modelData

                Layout.fillWidth: true
                spacing: Theme.space3
                Accessible.role: Accessible.ListItem
                Accessible.name: entry.modelData.spoken

                Avatar {
                    Layout.alignment: Qt.AlignTop
                    key: entry.modelData.member
                    hue: entry.modelData.hue
                    size: Theme.avatarSm
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    RowLayout {
                        Layout.fillWidth: true
                        spacing: Theme.space2

                        Label {
                            Layout.fillWidth: true
                            Layout.maximumWidth: Math.ceil(implicitWidth)
                            style: "label"
                            strong: true
                            text: entry.modelData.name
                            wrapMode: Text.NoWrap
                            elide: Text.ElideRight
                            Accessible.ignored: true
                        }
                        RoleChip {
                            role: entry.modelData.role
                            sign: entry.modelData.sign
                            Accessible.ignored: true
                        }
                        Item {
                            Layout.fillWidth: true
                        }
                    }
                    Label {
                        Layout.fillWidth: true
                        visible: text !== ""
                        style: "caption"
                        text: entry.modelData.since
                        color: Theme.text2
                        Accessible.ignored: true
                    }
                }
            }
        }
    }
    Label {
        objectName: "lacksHost"
        Layout.fillWidth: true
        visible: card.settings.lacksHost
        style: "caption"
        text: qsTr("To hand the circle over you need another host. You make somebody host on their page, among the people.")
        color: Theme.text2
    }
    Label {
        Layout.fillWidth: true
        visible: card.settings.mayTakeOver
        style: "caption"
        text: qsTr("You are the one who is to come after. You decide when.")
        color: Theme.text2
    }
}
