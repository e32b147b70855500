// What a mailbox can or can't do: a heading and a few short lines, each with an icon.
//   heading, glyph, entries (texts)
import QtQuick
import QtQuick.Layouts
import components
import theme

Rectangle {
    id: half

    required property string heading
    required property string glyph
    required property var entries

    Layout.fillWidth: true
    Layout.fillHeight: true
    Layout.preferredWidth: 1
    implicitHeight: lines.implicitHeight + 2 * Theme.space3
    radius: Theme.radiusMd
    color: Theme.surfaceSunk
    border.color: Theme.border
    Accessible.role: Accessible.List
    Accessible.name: heading

    ColumnLayout {
        id: lines

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: Theme.space3
        anchors.leftMargin: Theme.space4
        anchors.rightMargin: Theme.space4
        spacing: Theme.space1

        Label {
            Layout.fillWidth: true
            style: "label"
            strong: true
            text: half.heading
            Accessible.ignored: true
        }
        Repeater {
            model: half.entries.length

            RowLayout {
                id: entry

                required property int index
                readonly property string words: half.entries[index] ?? ""

                Layout.fillWidth: true
                spacing: Theme.space2
                Accessible.role: Accessible.ListItem
                Accessible.name: entry.words

                Icon {
                    Layout.alignment: Qt.AlignTop
                    Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
                    name: half.glyph
                    size: Theme.iconSm
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: entry.words
                    Accessible.ignored: true
                }
            }
        }
    }
}
