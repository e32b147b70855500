// The box to write back in. It names whom one writes to and who will be able to read it.
//   reply (ThreadModel.reply), target (its placeholder), readers (the line below)
//   waits: nothing goes out before a host has let the writer in
//   enter() puts the cursor in it
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

ColumnLayout {
    id: root

    required property ReplyDraft reply
    required property string target
    required property string readers
    property bool waits: false

    function enter(): void {
        box.input.forceActiveFocus(Qt.ShortcutFocusReason);
        box.input.cursorPosition = box.input.length;
    }

    spacing: Theme.space2

    Connections {
        target: root.reply

        function onReplaced(): void {
            if (box.text !== root.reply.text)
                box.text = root.reply.text;
        }
        function onShared(): void {
            box.input.Accessible.announce(root.waits ? qsTr("Your reply is kept until a host lets you in.") : qsTr("Your reply is shared."));
        }
    }
    TextBox {
        id: box

        objectName: "replyBox"
        Layout.fillWidth: true
        style: "body"
        label: root.target
        placeholder: root.target
        least: 1
        most: 8
        error: root.reply.error
        input.readOnly: root.reply.sending
        onEdited: root.reply.type(text)
        onSent: root.reply.send()
        Component.onCompleted: text = root.reply.text
        foot: [
            Label {
                objectName: "replyKeeping"
                Layout.fillWidth: true
                style: "caption"
                text: root.reply.keeping
                color: Theme.text2
            },
            Button {
                objectName: "sendReply"
                kind: "primary"
                text: qsTr("Reply")
                busy: root.reply.sending
                onClicked: root.reply.send()
            }
        ]
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space2

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
            name: "lock"
            size: Theme.iconSm
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: root.readers
            color: Theme.text2
        }
    }
}
