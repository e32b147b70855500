// The people of the circles, by which way each is reached, and what waits for them.
//   model: ConnectionPage
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property ConnectionPage model

    spacing: Theme.space3
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("People")

    Label {
        Layout.fillWidth: true
        style: "heading"
        text: qsTr("People")
        Accessible.role: Accessible.Heading
    }
    Repeater {
        model: card.model.people.length

        ColumnLayout {
            id: group

            required property int index
            readonly property var one: card.model.people[index] ?? {rows: []}

            Layout.fillWidth: true
            spacing: Theme.space3
            Accessible.role: Accessible.List
            Accessible.name: one.name ? qsTr("People of %1").arg(one.name) : qsTr("People")

            Label {
                Layout.fillWidth: true
                Layout.topMargin: group.index ? Theme.space2 : 0
                visible: text !== ""
                style: "micro"
                font.weight: Font.DemiBold
                text: group.one.name ?? ""
                color: Theme.text2
                Accessible.role: Accessible.Heading
            }
            Repeater {
                model: group.one.rows.length

                RowLayout {
                    id: entry

                    required property int index
                    readonly property var person: group.one.rows[index] ?? {}

                    objectName: "reach"
                    Layout.fillWidth: true
                    spacing: Theme.space3
                    Accessible.role: Accessible.ListItem
                    Accessible.name: person.spoken ?? ""

                    Avatar {
                        Layout.alignment: Qt.AlignTop
                        key: entry.person.member ?? ""
                        hue: entry.person.hue ?? -1
                        size: Theme.avatarSm
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0

                        Label {
                            Layout.fillWidth: true
                            style: "label"
                            strong: true
                            text: entry.person.name ?? ""
                            wrapMode: Text.NoWrap
                            elide: Text.ElideRight
                            Accessible.ignored: true
                        }
                        RowLayout {
                            Layout.fillWidth: true
                            spacing: Theme.space2

                            Rectangle {
                                Layout.alignment: Qt.AlignTop
                                Layout.topMargin: Math.round((Theme.captionLine - height) / 2)
                                implicitWidth: 8
                                implicitHeight: 8
                                radius: 4
                                color: entry.person.here ? Theme.ok : "transparent"
                                border.width: entry.person.here ? 0 : 1.5
                                border.color: Theme.text3
                            }
                            Label {
                                objectName: "way"
                                Layout.fillWidth: true
                                style: "caption"
                                text: entry.person.way ?? ""
                                color: Theme.text2
                                Accessible.ignored: true
                            }
                        }
                    }
                    Label {
                        style: "caption"
                        text: entry.person.waits ?? ""
                        color: entry.person.amber ? Theme.wait : Theme.text2
                        wrapMode: Text.NoWrap
                        Accessible.ignored: true
                    }
                }
            }
        }
    }
}
