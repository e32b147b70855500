// The post that the replies answer, and the sentence that helps to answer well.
//   root  ThreadModel.root;  full  true: all of it, larger; false beside the feed, whose card
//         already shows author and words: only the title then, and what the card had to cut
//   shown() asks for the words behind a content note
import QtQuick
import QtQuick.Layouts
import components
import theme

ColumnLayout {
    id: head

    required property var root
    property bool full: false

    readonly property bool ready: root.author !== undefined

    signal shown

    visible: ready
    spacing: Theme.space3

    RowLayout {
        Layout.fillWidth: true
        visible: head.full
        spacing: Theme.space3

        Avatar {
            key: head.ready ? head.root.authorKey : ""
            hue: head.ready ? head.root.hue : -1
            size: head.full ? Theme.avatarMd : Theme.avatarSm
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: head.root.author ?? ""
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: head.root.edited ? qsTr("%1 · edited").arg(head.root.time) : head.root.time ?? ""
                color: Theme.text2
            }
        }
        KindChip {
            kind: head.root.kind ?? "story"
        }
    }
    Label {
        Layout.fillWidth: true
        visible: text !== ""
        style: head.full ? "display" : "title"
        text: head.root.title ?? ""
        Accessible.role: Accessible.Heading
    }
    Label {
        Layout.fillWidth: true
        visible: head.ready && head.root.feeling !== ""
        style: "title"
        text: qsTr("Feeling %1").arg(head.root.feeling ?? "")
    }
    RowLayout {
        Layout.fillWidth: true
        visible: head.ready && head.root.note !== ""
        spacing: Theme.space2

        Icon {
            name: "eye-slash"
            size: 18
        }
        Label {
            Layout.fillWidth: true
            style: "label"
            text: head.root.note ?? ""
            color: Theme.text2
        }
        Button {
            objectName: "showRoot"
            visible: head.ready && head.root.hidden
            kind: "pill"
            text: qsTr("Show")
            Accessible.name: qsTr("Show this post. Content note: %1").arg(head.root.note ?? "")
            onClicked: head.shown()
        }
    }
    Label {
        Layout.fillWidth: true
        visible: text !== "" && (head.full || head.root.title === "" || text.length > 900)
        style: head.full ? "story" : "body"
        text: head.root.body ?? ""
    }
    WantChip {
        visible: head.full && text !== ""
        text: head.root.want ?? ""
        glyph: head.root.wantIcon ?? ""
    }
    DeliveryNote {
        objectName: "delivery"
        visible: head.full && text !== ""
        Layout.leftMargin: -Theme.space2
        text: head.root.delivery ?? ""
        more: head.root.deliveryMore ?? ""
        tone: head.root.deliveryTone ?? "plain"
    }
    Guidance {
        objectName: "guidance"
        Layout.fillWidth: true
        visible: text !== ""
        text: head.root.guidance ?? ""
    }
}
