// A circle's mailboxes: what each holds, what there is to know of it, and what hosts can do.
//   group: {circle, name, host, boxes, none, hosts, add};  adding() · retiring(mailbox)
import QtQuick
import QtQuick.Layouts
import components
import theme

Card {
    id: card

    required property var group
    readonly property var boxes: group.boxes ?? []
    readonly property bool row: width / Theme.scale >= 480

    signal adding
    signal retiring(string mailbox)

    spacing: Theme.space3
    Accessible.role: Accessible.Grouping
    Accessible.name: heading.text

    GridLayout {
        Layout.fillWidth: true
        columns: card.row ? 2 : 1
        columnSpacing: Theme.space3
        rowSpacing: Theme.space2

        Label {
            id: heading

            Layout.fillWidth: true
            style: "heading"
            text: card.group.name ? qsTr("Mailboxes of %1").arg(card.group.name) : qsTr("Mailboxes")
            Accessible.role: Accessible.Heading
        }
        Button {
            objectName: "addMailbox"
            visible: card.group.host ?? false
            glyph: "plus"
            text: qsTr("Add a mailbox")
            Accessible.name: card.group.add ?? text
            onClicked: card.adding()
        }
    }
    Label {
        objectName: "noMailbox"
        Layout.fillWidth: true
        visible: text !== ""
        text: card.group.none ?? ""
        color: Theme.text2
    }
    ColumnLayout {
        Layout.fillWidth: true
        visible: card.boxes.length > 0
        spacing: Theme.space4
        Accessible.role: Accessible.List
        Accessible.name: heading.text

        Repeater {
            model: card.boxes.length

            GridLayout {
                id: entry

                required property int index
                readonly property var box: card.boxes[index] ?? {notes: []}

                objectName: "mailbox"
                Layout.fillWidth: true
                columns: card.row ? 3 : 2
                columnSpacing: Theme.space3
                rowSpacing: Theme.space1
                Accessible.role: Accessible.ListItem
                Accessible.name: box.spoken ?? ""

                Icon {
                    Layout.alignment: Qt.AlignTop
                    name: "envelope-simple"
                    color: entry.box.here ? Theme.ok : Theme.text2
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    Label {
                        Layout.fillWidth: true
                        style: "label"
                        strong: true
                        text: entry.box.name ?? ""
                        Accessible.ignored: true
                    }
                    Label {
                        objectName: "mailboxState"
                        Layout.fillWidth: true
                        style: "caption"
                        text: entry.box.state ?? ""
                        color: Theme.text2
                        Accessible.ignored: true
                    }
                    Label {
                        objectName: "mailboxHolds"
                        Layout.fillWidth: true
                        visible: text !== ""
                        style: "caption"
                        text: entry.box.holds ?? ""
                        color: Theme.text2
                        Accessible.ignored: true
                    }
                    Repeater {
                        model: entry.box.notes

                        RowLayout {
                            id: note

                            required property string modelData

                            Layout.fillWidth: true
                            Layout.topMargin: Theme.space1
                            spacing: Theme.space2

                            Icon {
                                Layout.alignment: Qt.AlignTop
                                Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
                                name: "info"
                                size: Theme.iconSm
                                color: Theme.wait
                            }
                            Label {
                                objectName: "mailboxNote"
                                Layout.fillWidth: true
                                style: "caption"
                                text: note.modelData
                                Accessible.ignored: true
                            }
                        }
                    }
                }
                Button {
                    objectName: "retireMailbox"
                    Layout.alignment: Qt.AlignTop
                    Layout.column: card.row ? 2 : 1
                    Layout.row: card.row ? 0 : 1
                    Layout.leftMargin: card.row ? 0 : -Theme.space3
                    visible: card.group.host ?? false
                    kind: "quiet"
                    text: qsTr("Retire…")
                    Accessible.name: qsTr("Retire %1").arg(entry.box.name ?? "")
                    onClicked: card.retiring(entry.box.mailbox)
                }
            }
        }
    }
    Label {
        objectName: "onlyHosts"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: card.group.hosts ?? ""
        color: Theme.text2
    }
}
