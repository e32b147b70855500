// What the open log says of one person: a card for their page.
//   log: OpenLog; name
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property OpenLog log
    required property string name

    visible: log.about.length > 0
    padding: Theme.space6
    verticalPadding: Theme.space5
    spacing: Theme.space2

    Label {
        Layout.fillWidth: true
        style: "heading"
        text: qsTr("Open log about %1").arg(card.name)
        Accessible.role: Accessible.Heading
    }
    Repeater {
        model: card.log.about

        RowLayout {
            id: entry

            required property var modelData

            Layout.fillWidth: true
            spacing: Theme.space4
            Accessible.role: Accessible.StaticText
            Accessible.name: [modelData.when, modelData.sentence, modelData.takenBack].filter(one => one !== "").join(". ")

            Label {
                Layout.alignment: Qt.AlignTop
                Layout.preferredWidth: Theme.px(132)
                style: "caption"
                text: entry.modelData.when
                color: Theme.text2
                Accessible.ignored: true
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: entry.modelData.sentence
                    color: entry.modelData.takenBack === "" ? Theme.text : Theme.text2
                    Accessible.ignored: true
                }
                Label {
                    Layout.fillWidth: true
                    visible: text !== ""
                    style: "caption"
                    text: entry.modelData.takenBack
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
        }
    }
}
