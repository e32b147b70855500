// One open invite: its note, whose it is, how far it is used, until when, and taking it back.
//   the roles of `Invites`; column (its width), working; taken() · reached(): its button has the focus
import QtQuick
import QtQuick.Layouts
import components
import theme

Item {
    id: row

    required property int index
    required property string invite
    required property string title
    required property string by
    required property string used
    required property bool fresh
    required property string until
    required property bool mayTakeBack
    required property string spoken
    property real column: width
    property bool working: false
    readonly property bool roomy: column / Theme.scale >= 560

    signal taken
    signal reached

    implicitHeight: paper.implicitHeight
    Accessible.role: Accessible.ListItem
    Accessible.name: spoken

    Card {
        id: paper

        x: Math.round((row.width - width) / 2)
        width: row.column
        verticalPadding: Theme.space3

        GridLayout {
            Layout.fillWidth: true
            columns: row.roomy ? 3 : 1
            columnSpacing: Theme.space4
            rowSpacing: Theme.space2

            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    objectName: "inviteTitle"
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: row.title
                    Accessible.ignored: true
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    visible: text !== ""
                    text: row.by
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
            ColumnLayout {
                Layout.fillWidth: !row.roomy
                Layout.preferredWidth: row.roomy ? Theme.px(200) : -1
                spacing: 0

                RowLayout {
                    spacing: Theme.space2

                    Icon {
                        name: row.fresh ? "clock" : "users"
                        size: Theme.iconSm
                    }
                    Label {
                        Layout.fillWidth: true
                        style: "caption"
                        text: row.used
                        Accessible.ignored: true
                    }
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: row.until
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
            Item {
                // In a column its words stand below the others, not its edge.
                Layout.leftMargin: row.roomy ? 0 : -Theme.space3
                implicitWidth: row.roomy || row.mayTakeBack ? back.implicitWidth : 0
                implicitHeight: row.roomy || row.mayTakeBack ? back.implicitHeight : 0

                Button {
                    id: back

                    objectName: "takeBack"
                    anchors.fill: parent
                    visible: row.mayTakeBack
                    kind: "quiet"
                    text: qsTr("Take back…")
                    enabled: !row.working
                    Accessible.name: qsTr("Take back: %1").arg(row.title)
                    onClicked: row.taken()
                    onActiveFocusChanged: if (activeFocus) row.reached()
                }
            }
        }
    }
}
