// The question before somebody is removed. It says what follows, and asks for a reason that all read.
// Enter is a new line in the reason, Esc keeps the person: nobody is removed by one key too many.
//   model: Removal; circle (its name)
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Removal model
    property string circle: ""
    readonly property string question: qsTr("Remove %1 from %2?").arg(model.name).arg(circle)

    preferredWidth: 640
    first: reason.input
    onAboutToShow: reason.text = model.reason
    onClosed: model.keep()
    onQuestionChanged: contentItem.Accessible.name = question

    head: [
        Avatar {
            Layout.alignment: Qt.AlignTop
            key: sheet.model.member
            hue: sheet.model.hue
        },
        Label {
            objectName: "removeTitle"
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignVCenter
            style: "title"
            text: sheet.question
            Accessible.role: Accessible.Heading
        }
    ]

    ColumnLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space2
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
    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space1 + 2

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.space3

            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: qsTr("Your reason")
                Accessible.ignored: true
            }
            Label {
                style: "caption"
                text: qsTr("Everyone can read it")
                color: Theme.text2
                Accessible.ignored: true
            }
        }
        TextBox {
            id: reason

            objectName: "reason"
            Layout.fillWidth: true
            style: "body"
            label: qsTr("Your reason. Everyone in the circle can read it.")
            least: 2
            most: 6
            error: sheet.model.problem
            input.readOnly: sheet.model.working
            onEdited: sheet.model.type(text)
            foot: [
                Label {
                    objectName: "reasonKeeping"
                    Layout.fillWidth: true
                    Layout.leftMargin: Theme.space1
                    style: "caption"
                    text: sheet.model.keeping
                    color: Theme.text2
                }
            ]
        }
    }
    RowLayout {
        Layout.fillWidth: true
        visible: sheet.model.line !== ""
        spacing: Theme.space3

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
            name: "scroll"
            size: Theme.iconSm
        }
        Label {
            objectName: "logLine"
            Layout.fillWidth: true
            style: "caption"
            text: sheet.model.line
            color: Theme.text2
        }
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            objectName: "keepPerson"
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            text: qsTr("Keep %1").arg(sheet.model.name)
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmRemove"
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            kind: "primary"
            danger: true
            text: qsTr("Remove %1").arg(sheet.model.name)
            busy: sheet.model.working
            onClicked: sheet.model.remove()
        }
    ]
    Connections {
        target: sheet.model

        function onReplaced(): void {
            if (reason.text !== sheet.model.reason)
                reason.text = sheet.model.reason;
        }
        function onDone(): void {
            sheet.close();
        }
    }
}
