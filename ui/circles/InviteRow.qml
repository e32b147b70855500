// One open invite: its note, whose it is, how far it is used, until when; members' words for whoever
// comes by it; taking it back.
//   the roles of `Invites`; column (its width), working;  taken() · vouched()
//   reached(): one of its buttons has the focus
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
    required property bool mayVouch
    required property var words
    required property string spoken
    property real column: width
    property bool working: false
    readonly property bool roomy: column / Theme.scale >= 560

    signal taken
    signal vouched
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
        ColumnLayout {
            objectName: "wordsFor"
            Layout.fillWidth: true
            visible: row.words.length > 0
            spacing: Theme.space1
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Words for whoever comes by it")

            Repeater {
                model: row.words

                RowLayout {
                    id: entry

                    required property var modelData

                    Layout.fillWidth: true
                    spacing: Theme.space2
                    Accessible.role: Accessible.ListItem
                    Accessible.name: entry.modelData.spoken

                    Icon {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
                        name: "hand-heart"
                        size: Theme.iconSm
                    }
                    Label {
                        Layout.fillWidth: true
                        style: "caption"
                        text: entry.modelData.said
                        Accessible.ignored: true
                    }
                }
            }
        }
        Button {
            objectName: "putInWord"
            // Its words stand below the others, not its edge.
            Layout.leftMargin: -Theme.space3
            visible: row.mayVouch
            kind: "quiet"
            glyph: "hand-heart"
            text: qsTr("Put in a word")
            Accessible.name: qsTr("Put in a word: %1").arg(row.title)
            onClicked: row.vouched()
            onActiveFocusChanged: if (activeFocus) row.reached()
        }
    }
}
