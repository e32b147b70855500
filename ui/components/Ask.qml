// A question with a consequence and two verbs. Esc is the safe choice, which also has the focus.
//   title (the question), text (what follows from it)
//   yes, no (button words), danger; agreed(), declined()
import QtQuick
import QtQuick.Layouts
import theme

Sheet {
    id: ask

    property string text: ""
    property string yes: ""
    property string no: qsTr("Not now")
    property bool danger: false
    property bool answered: false

    signal agreed
    signal declined

    preferredWidth: 480
    first: safe
    onAboutToShow: answered = false
    onClosed: if (!answered) declined()

    Label {
        Layout.fillWidth: true
        text: ask.text
        color: Theme.text2
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            id: safe

            objectName: "askNo"
            kind: "quiet"
            text: ask.no
            onClicked: ask.close()
        },
        Button {
            objectName: "askYes"
            kind: "primary"
            danger: ask.danger
            text: ask.yes
            onClicked: {
                ask.answered = true;
                ask.close();
                ask.agreed();
            }
        }
    ]
}
