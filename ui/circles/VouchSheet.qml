// A word for whoever comes by an invite. Enter is a new line in it, Esc keeps it for later.
//   model: Vouching
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Vouching model

    title: qsTr("Put in a word")
    preferredWidth: 600
    first: words.input
    onAboutToShow: words.text = model.words
    onClosed: model.keep()

    Label {
        objectName: "vouchFor"
        Layout.fillWidth: true
        visible: text !== ""
        style: "label"
        strong: true
        text: sheet.model.title
    }
    Label {
        Layout.fillWidth: true
        text: qsTr("For whoever comes by this invite. Everyone in the circle can read it, with your name, and it can't be taken back.")
        color: Theme.text2
    }
    TextBox {
        id: words

        objectName: "vouchWords"
        Layout.fillWidth: true
        style: "body"
        label: qsTr("Your word for whoever comes by this invite. Everyone in the circle can read it.")
        placeholder: qsTr("How you know them, and why they should be here.")
        least: 2
        most: 6
        error: sheet.model.problem
        input.readOnly: sheet.model.working
        onEdited: sheet.model.type(text)
        foot: [
            Label {
                Layout.fillWidth: true
                Layout.leftMargin: Theme.space1
                style: "caption"
                text: sheet.model.keeping
                color: Theme.text2
            }
        ]
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            objectName: "keepVouch"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "sayVouch"
            kind: "primary"
            text: qsTr("Put in this word")
            busy: sheet.model.working
            onClicked: sheet.model.say()
        }
    ]
    Connections {
        target: sheet.model

        function onReplaced(): void {
            if (words.text !== sheet.model.words)
                words.text = sheet.model.words;
        }
        function onDone(): void {
            sheet.close();
        }
    }
}
