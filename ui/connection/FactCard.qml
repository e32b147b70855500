// One fact of the Connection screen: an icon, a word or number in serif, and what it counts.
//   fact: {glyph, big, small, tone, spoken}
import QtQuick
import QtQuick.Layouts
import components
import theme

Card {
    id: card

    required property var fact

    padding: Theme.space4
    Accessible.role: Accessible.ListItem
    Accessible.name: fact.spoken ?? ""

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space4

        Icon {
            name: card.fact.glyph ?? ""
            size: Theme.iconLg
            color: card.fact.tone === "reached" ? Theme.ok : card.fact.tone === "waiting" ? Theme.wait : Theme.text2
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "title"
                text: card.fact.big ?? ""
                Accessible.ignored: true
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: card.fact.small ?? ""
                color: Theme.text2
                Accessible.ignored: true
            }
        }
    }
}
