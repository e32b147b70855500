// How long words stay: what follows is said before. The safe answer has the focus.
//   model: Keeping
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Keeping model

    title: qsTr("How long words stay")
    preferredWidth: 640
    first: safe

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("How long")

        Repeater {
            // By their number: a list made anew would take the focus away.
            model: sheet.model.choices.length

            Option {
                required property int index
                readonly property var choice: sheet.model.choices[index] ?? {}

                objectName: "keep" + (choice.days ?? "")
                Layout.fillWidth: true
                text: choice.name ?? ""
                detail: choice.text ?? ""
                chosen: choice.chosen ?? false
                enabled: !sheet.model.working
                onClicked: sheet.model.choose(choice.days)
                Keys.onDownPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                Keys.onUpPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
            }
        }
    }
    Follows {
        objectName: "keepFollows"
        Layout.fillWidth: true
        visible: sheet.model.follows.length > 0
        name: qsTr("What follows from it")
        model: sheet.model.follows
    }
    Label {
        objectName: "keepProblem"
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

            objectName: "keepAsItIs"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmKeep"
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            // It names the act; until something changes there is no button.
            visible: text !== ""
            kind: "primary"
            danger: sheet.model.shortens
            text: sheet.model.act
            busy: sheet.model.working
            onClicked: sheet.model.keep()
        }
    ]
    Connections {
        target: sheet.model

        function onDone(): void {
            sheet.close();
        }
    }
}
