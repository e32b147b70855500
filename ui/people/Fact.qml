// One thing to know about somebody: an icon, a line, and a quieter one below.
//   glyph, title, text
import QtQuick
import QtQuick.Layouts
import components
import theme

RowLayout {
    id: fact

    required property string glyph
    required property string title
    property string text: ""

    spacing: Theme.space4
    Accessible.role: Accessible.StaticText
    Accessible.name: text === "" ? title : title + ". " + text

    Icon {
        name: fact.glyph
        size: Theme.iconLg
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: 0

        Label {
            Layout.fillWidth: true
            style: "label"
            text: fact.title
            Accessible.ignored: true
        }
        Label {
            Layout.fillWidth: true
            visible: text !== ""
            style: "caption"
            text: fact.text
            color: Theme.text2
            Accessible.ignored: true
        }
    }
}
