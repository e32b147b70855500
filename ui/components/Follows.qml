// What is set or what follows, one sentence each, with an icon before it: a list.
//   model: [{glyph, text}]; name (of the list, for who cannot see it)
import QtQuick
import QtQuick.Layouts
import theme

ColumnLayout {
    id: list

    required property var model
    required property string name

    spacing: Theme.space2
    Accessible.role: Accessible.List
    Accessible.name: name

    Repeater {
        model: list.model

        RowLayout {
            id: entry

            required property var modelData

            Layout.fillWidth: true
            spacing: Theme.space3
            Accessible.role: Accessible.ListItem
            Accessible.name: entry.modelData.text

            Icon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Math.max(0, (Theme.bodyLine - height) / 2)
                name: entry.modelData.glyph
            }
            Label {
                Layout.fillWidth: true
                text: entry.modelData.text
                Accessible.ignored: true
            }
        }
    }
}
