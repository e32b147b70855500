// The question before a mailbox is retired: what follows is said first. The safe answer has the focus.
//   model: RetiringMailbox
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property RetiringMailbox model

    title: qsTr("Retire “%1”?").arg(model.name)
    preferredWidth: 560
    first: safe

    Follows {
        objectName: "retireFollows"
        Layout.fillWidth: true
        name: qsTr("What follows from it")
        model: sheet.model.follows
    }
    Label {
        objectName: "retireProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "" && sheet.visible) Accessible.announce(text)
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            id: safe

            objectName: "keepMailbox"
            text: qsTr("Keep using it")
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmRetire"
            kind: "primary"
            danger: true
            text: qsTr("Retire it")
            busy: sheet.model.working
            onClicked: sheet.model.retire()
        }
    ]
}
