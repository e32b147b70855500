// The question before somebody is not let in: what follows, a few words for them, and the invite.
// The safe answer has the focus, and Esc is it too.
//   model: Declining
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Declining model

    title: model.title
    preferredWidth: 600
    first: safe
    onAboutToShow: note.text = model.note

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        Accessible.role: Accessible.List
        Accessible.name: qsTr("What follows from it")

        Repeater {
            model: sheet.model.follows

            RowLayout {
                id: follow

                required property var modelData

                Layout.fillWidth: true
                spacing: Theme.space3
                Accessible.role: Accessible.ListItem
                Accessible.name: follow.modelData.text

                Icon {
                    Layout.alignment: Qt.AlignTop
                    Layout.topMargin: Math.max(0, (Theme.bodyLine - height) / 2)
                    name: follow.modelData.glyph
                }
                Label {
                    Layout.fillWidth: true
                    text: follow.modelData.text
                    Accessible.ignored: true
                }
            }
        }
    }
    TextBox {
        id: note

        objectName: "note"
        Layout.fillWidth: true
        visible: sheet.model.takesNote
        style: "body"
        showLabel: true
        label: qsTr("A few words for them, if you like. They read it.")
        least: 2
        most: 6
        input.readOnly: sheet.model.working
        onEdited: sheet.model.type(text)
    }
    Tick {
        objectName: "takeBackToo"
        Layout.fillWidth: true
        visible: sheet.model.mayTakeBack
        text: qsTr("Take this invite back, too")
        detail: qsTr("Else whoever holds it can knock with it again.")
        ticked: sheet.model.takeBack
        enabled: !sheet.model.working
        onClicked: sheet.model.tick()
    }
    Label {
        objectName: "declineProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "") Accessible.announce(text)
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            id: safe

            objectName: "decideLater"
            text: qsTr("Decide later")
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmDecline"
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            kind: "primary"
            danger: true
            text: sheet.model.act
            busy: sheet.model.working
            onClicked: sheet.model.decline()
        }
    ]
    Connections {
        target: sheet.model

        function onReplaced(): void {
            if (note.text !== sheet.model.note)
                note.text = sheet.model.note;
        }
        function onDone(): void {
            sheet.close();
        }
    }
}
