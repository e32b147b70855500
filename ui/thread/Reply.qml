// One reply: who, when, the words, and what is still to know of its way. A list item.
//   shown() asks for the words behind a content note
import QtQuick
import QtQuick.Layouts
import components
import theme

Item {
    id: reply

    required property int index
    required property string post
    required property string author
    required property string authorKey
    required property int hue
    required property string time
    required property string body
    required property string note
    required property bool hidden
    required property string to
    required property string missing
    required property string delivery
    required property string deliveryMore
    required property string deliveryTone
    required property string spoken
    required property string place

    // A list lays its rows at its left edge, so the reply centres itself in the row.
    property real column: width
    property bool focused: false
    property bool current: false

    signal shown

    implicitHeight: row.implicitHeight + Theme.space2
    Accessible.role: Accessible.ListItem
    Accessible.name: spoken
    Accessible.description: place
    Accessible.focusable: true
    Accessible.focused: focused

    RowLayout {
        id: row

        x: Math.round((reply.width - width) / 2)
        width: reply.column
        spacing: Theme.space3

        Avatar {
            Layout.alignment: Qt.AlignTop
            key: reply.authorKey
            hue: reply.hue
            size: Theme.avatarSm
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.topMargin: 2
            spacing: 2

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Label {
                    Layout.maximumWidth: reply.column * 0.55
                    style: "label"
                    strong: true
                    text: reply.author
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: reply.to === "" ? reply.time : qsTr("%1 · to %2").arg(reply.time).arg(reply.to)
                    color: Theme.text2
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
            }
            RowLayout {
                Layout.fillWidth: true
                visible: reply.note !== ""
                spacing: Theme.space2

                Icon {
                    name: "eye-slash"
                    size: 18
                }
                Label {
                    Layout.fillWidth: true
                    style: "label"
                    text: reply.note
                    color: Theme.text2
                    Accessible.ignored: true
                }
                Button {
                    objectName: "showHidden"
                    visible: reply.hidden
                    kind: "pill"
                    text: qsTr("Show")
                    Accessible.name: qsTr("Show this reply. Content note: %1").arg(reply.note)
                    onClicked: reply.shown()
                }
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                text: reply.body
                Accessible.ignored: true
            }
            RowLayout {
                Layout.fillWidth: true
                visible: reply.missing !== ""
                spacing: Theme.space1 + 2

                Icon {
                    Layout.alignment: Qt.AlignTop
                    Layout.topMargin: 2
                    name: "hourglass"
                    size: Theme.iconSm
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: reply.missing
                    color: Theme.text2
                    Accessible.ignored: true
                }
            }
            DeliveryNote {
                objectName: "delivery"
                visible: reply.delivery !== ""
                Layout.leftMargin: -Theme.space2
                Layout.topMargin: -Theme.space1
                Layout.bottomMargin: -Theme.space2
                Layout.maximumWidth: parent.width
                focusPolicy: reply.current ? Qt.StrongFocus : Qt.NoFocus
                text: reply.delivery
                more: reply.deliveryMore
                tone: reply.deliveryTone
            }
        }
    }
    FocusFrame {
        anchors.margins: Theme.space1
        shown: reply.focused
    }
}
