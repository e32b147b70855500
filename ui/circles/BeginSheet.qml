// Beginning a circle: its name, who it is for, your name in it, what newcomers may read, and how long
// words stay.
//   model: Founding; name: what the person is called elsewhere on this computer, to begin from
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Founding model
    property string name: ""
    property int history: 0
    property int stay: 0

    function submit() {
        model.create(circle.text, about.text, who.text, history, stay);
    }

    title: qsTr("Begin a circle")
    preferredWidth: 620
    first: circle.input
    onAboutToShow: {
        circle.text = "";
        about.text = "";
        who.text = name;
        history = stay = 0;
    }

    Field {
        id: circle

        objectName: "circleName"
        Layout.fillWidth: true
        Layout.topMargin: Theme.space2
        label: qsTr("What is it called?")
        placeholder: qsTr("For instance, Kitchen table")
        error: sheet.model.where === "name" ? sheet.model.problem : ""
        maximumLength: 64
        readOnly: sheet.model.working
        onEdited: sheet.model.clear()
        onAccepted: about.input.forceActiveFocus()
    }
    TextBox {
        id: about

        objectName: "circleAbout"
        Layout.fillWidth: true
        label: qsTr("Who is it for?")
        showLabel: true
        style: "body"
        placeholder: qsTr("One sentence. It stands on the invites, too.")
        least: 2
        most: 4
        error: sheet.model.where === "about" ? sheet.model.problem : ""
        onEdited: sheet.model.clear()
    }
    Field {
        id: who

        objectName: "circleMe"
        Layout.fillWidth: true
        label: qsTr("Your name here")
        hint: qsTr("A name only for this circle. It can be one you use nowhere else.")
        error: sheet.model.where === "me" ? sheet.model.problem : ""
        maximumLength: 64
        readOnly: sheet.model.working
        onEdited: sheet.model.clear()
        onAccepted: sheet.submit()
    }
    Answers {
        Layout.fillWidth: true
        objectNames: "history"
        title: qsTr("What newcomers can read")
        answers: sheet.model.histories
        answer: sheet.history
        hint: qsTr("Choose with care: it can't be changed yet.")
        onChosen: index => sheet.history = index
    }
    Answers {
        Layout.fillWidth: true
        objectNames: "stay"
        title: qsTr("How long words stay")
        answers: sheet.model.stays
        answer: sheet.stay
        hint: sheet.stay === 0 ? qsTr("Nothing goes by itself. Hosts can change it later.") : qsTr("Then they are gone from everyone's computers. Hosts can change it later.")
        onChosen: index => sheet.stay = index
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            objectName: "beginNotNow"
            kind: "quiet"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "begin"
            kind: "primary"
            text: qsTr("Begin")
            Accessible.name: qsTr("Begin the circle")
            busy: sheet.model.working
            onClicked: sheet.submit()
        }
    ]
}
