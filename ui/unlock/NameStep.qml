// Step one: a name people can call you. It is kept nowhere yet.
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

ColumnLayout {
    id: step

    required property FirstSteps model

    function begin() {
        field.input.forceActiveFocus();
    }

    spacing: Theme.space2

    Label {
        Layout.fillWidth: true
        style: "display"
        text: qsTr("What should people call you?")
        Accessible.role: Accessible.Heading
    }
    Label {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.space4
        text: qsTr("Pick a name people can call you. It doesn't have to be your real one.")
        color: Theme.text2
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space4

        Avatar {
            Layout.alignment: Qt.AlignTop
            key: step.model.name
            size: Theme.avatarLg
        }
        Field {
            id: field

            objectName: "name"
            Layout.fillWidth: true
            label: qsTr("Your name")
            placeholder: qsTr("For instance, Juniper")
            hint: qsTr("You can use another name in each circle.")
            maximumLength: 64
            error: step.model.where === "name" ? step.model.problem : ""
            text: step.model.name
            onEdited: step.model.take(text)
            onAccepted: step.model.named()
        }
    }
    Label {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space4
        style: "label"
        strong: true
        text: qsTr("Or take one of these")
    }
    Flow {
        Layout.fillWidth: true
        spacing: Theme.space2

        Repeater {
            model: step.model.suggestions

            Choice {
                required property string modelData

                objectName: "suggestion"
                text: modelData
                chosen: step.model.name === modelData
                onClicked: step.model.take(modelData)
            }
        }
        Button {
            objectName: "shuffle"
            kind: "quiet"
            glyph: "arrows-clockwise"
            text: qsTr("Others")
            implicitHeight: Math.max(36, Theme.labelLine + Theme.space3)
            onClicked: step.model.shuffle()
        }
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space4
        spacing: Theme.space3

        Icon {
            Layout.alignment: Qt.AlignTop
            name: "info"
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: qsTr("The flower is drawn for you. Each circle gives you one of its own.")
            color: Theme.text2
        }
    }
}
