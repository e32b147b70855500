// The question before an invite is taken back. The safe answer has the focus, and Esc is it too.
//   model: Invites
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Invites model

    title: qsTr("Take this invite back?")
    preferredWidth: 520
    first: safe

    Label {
        Layout.fillWidth: true
        style: "label"
        strong: true
        text: sheet.model.wanted
        visible: text !== ""
    }
    Label {
        Layout.fillWidth: true
        text: qsTr("Nobody comes in by it once the hosts' computers have heard of this. Whoever has come in before stays. The open log says that you took an invite back.")
        color: Theme.text2
    }
    Label {
        objectName: "takeBackProblem"
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

            objectName: "keepInvite"
            text: qsTr("Leave it open")
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmTakeBack"
            kind: "primary"
            danger: true
            text: qsTr("Take it back")
            busy: sheet.model.working
            onClicked: sheet.model.takeBack()
        }
    ]
    Connections {
        target: sheet.model

        function onWantedChanged(): void {
            if (sheet.model.wanted === "")
                sheet.close();
        }
    }
}
