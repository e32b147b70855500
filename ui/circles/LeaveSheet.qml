// The question before leaving a circle. The safe answer has the focus, and Esc is it too.
//   model: Leaving; room: Room
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Leaving model
    required property Room room
    // Once left, only what is on this computer is still a question.
    property bool erase: !room.open

    title: room.open ? qsTr("Leave %1?").arg(room.name) : qsTr("Erase %1 here?").arg(room.name)
    preferredWidth: 540
    first: safe
    onAboutToShow: {
        erase = !room.open;
        model.begin();
    }

    Label {
        Layout.fillWidth: true
        text: {
            if (!sheet.room.open)
                return sheet.room.removed ? qsTr("Everything of this circle goes from this computer. Other people keep what has reached them.") : qsTr("Everything of this circle goes from this computer, but for your sealed goodbye and where to reach the others: that stays until one of them has taken it, or it is given up thirty days after this. Other people keep what has reached them.");
            return sheet.erase ? qsTr("Only your sealed goodbye, and where to reach the others, stay here until one of them has taken it, or until it is given up after thirty days. You won't get anything new, and coming back takes a new invite.") : qsTr("The others see that you left. You won't get anything new, and coming back takes a new invite.");
        }
        color: Theme.text2
    }
    ColumnLayout {
        Layout.fillWidth: true
        visible: sheet.room.open
        spacing: Theme.space2

        Label {
            style: "label"
            strong: true
            text: qsTr("What has arrived on this computer")
        }
        Flow {
            Layout.fillWidth: true
            spacing: Theme.space2

            Choice {
                objectName: "keep"
                text: qsTr("Keep it to read")
                chosen: !sheet.erase
                onClicked: sheet.erase = false
            }
            Choice {
                objectName: "erase"
                text: qsTr("Erase it here")
                chosen: sheet.erase
                onClicked: sheet.erase = true
            }
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: sheet.erase ? qsTr("Your words and theirs go from this computer. Other people keep what has reached them; what nobody else has is lost.") : qsTr("You can read it as before. Nobody can write to you here.")
            color: Theme.text2
        }
    }
    Label {
        objectName: "leaveProblem"
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

            objectName: "stay"
            text: sheet.room.open ? qsTr("Stay") : qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "leave"
            kind: "primary"
            danger: sheet.erase
            text: !sheet.room.open ? qsTr("Erase") : sheet.erase ? qsTr("Leave and erase") : qsTr("Leave")
            busy: sheet.model.working
            onClicked: sheet.model.leave(sheet.room.circle, sheet.erase)
        }
    ]
    Connections {
        target: sheet.model

        function onGone() {
            sheet.close();
        }
    }
}
