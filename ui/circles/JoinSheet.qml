// Coming in by an invite: the link or code, and a name for this circle.
//   model: Knocking; name: what the person is called elsewhere on this computer, to begin from
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Knocking model
    property string name: ""

    title: qsTr("Join a circle")
    preferredWidth: 580
    first: code.input
    onAboutToShow: {
        code.text = model.link;
        who.text = name;
    }
    // An invite is a key: it does not stay in a closed sheet.
    onClosed: code.text = ""

    Label {
        Layout.fillWidth: true
        text: qsTr("Paste the link that someone in the circle gave you. A code alone can't say where to knock.")
        color: Theme.text2
    }
    Field {
        id: code

        objectName: "inviteCode"
        Layout.fillWidth: true
        label: qsTr("Invite")
        placeholder: "hearthside://join/…"
        code: true
        error: sheet.model.where === "code" ? sheet.model.problem : ""
        readOnly: sheet.model.working
        onEdited: sheet.model.clear()
        onAccepted: sheet.model.knock(code.text, who.text)
    }
    Field {
        id: who

        objectName: "joinName"
        Layout.fillWidth: true
        label: qsTr("Your name in this circle")
        hint: qsTr("A name only for this circle. It can be one you use nowhere else.")
        error: sheet.model.where === "name" ? sheet.model.problem : ""
        maximumLength: 64
        readOnly: sheet.model.working
        onEdited: sheet.model.clear()
        onAccepted: sheet.model.knock(code.text, who.text)
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            objectName: "joinNotNow"
            kind: "quiet"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "knock"
            kind: "primary"
            text: qsTr("Knock")
            busy: sheet.model.working
            onClicked: sheet.model.knock(code.text, who.text)
        }
    ]
}
