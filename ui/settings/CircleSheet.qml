// The circle's name, and what it is about.
//   model: Changing
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Changing model

    title: qsTr("The circle")
    preferredWidth: 560
    first: name.input
    onAboutToShow: load()
    onClosed: model.keep()

    function load(): void {
        name.text = model.name;
        about.text = model.about;
    }

    Field {
        id: name

        objectName: "settingsNameField"
        Layout.fillWidth: true
        label: qsTr("What it is called")
        maximumLength: sheet.model.longestName
        readOnly: sheet.model.working
        onEdited: sheet.model.typeName(text)
    }
    TextBox {
        id: about

        objectName: "settingsAboutBox"
        Layout.fillWidth: true
        style: "body"
        label: qsTr("What it is about")
        showLabel: true
        least: 2
        most: 6
        input.readOnly: sheet.model.working
        onEdited: sheet.model.typeAbout(text)
    }
    Label {
        Layout.fillWidth: true
        style: "caption"
        text: qsTr("Everybody here sees the change. Invites made before keep the old words.")
        color: Theme.text2
    }
    Label {
        objectName: "circleProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "" && sheet.visible) Accessible.announce(text)
    }
    foot: [
        Label {
            objectName: "circleKeeping"
            Layout.fillWidth: true
            style: "caption"
            text: sheet.model.keeping
            color: Theme.text2
        },
        Button {
            objectName: "keepCircle"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "saveCircle"
            kind: "primary"
            text: qsTr("Set these words")
            busy: sheet.model.working
            onClicked: sheet.model.save()
        }
    ]
    Connections {
        target: sheet.model

        function onReplaced(): void {
            if (sheet.visible)
                sheet.load();
        }
        function onDone(): void {
            sheet.close();
        }
    }
}
