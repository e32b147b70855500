// How people come in: whether a host decides, and what newcomers are asked before.
//   model: Changing
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Changing model

    title: qsTr("How people come in")
    preferredWidth: 680
    first: model.asks ? decides : enough
    onAboutToShow: lines.load(model.questions)
    onClosed: model.keep()

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("Who lets people in")

        Option {
            id: enough

            objectName: "admitInvite"
            Layout.fillWidth: true
            text: qsTr("An invite is enough")
            detail: qsTr("Whoever holds one comes in as soon as a host's computer answers.")
            chosen: !sheet.model.asks
            enabled: !sheet.model.working
            onClicked: sheet.model.decide(false)
            Keys.onDownPressed: decides.forceActiveFocus(Qt.TabFocusReason)
        }
        Option {
            id: decides

            objectName: "admitAsk"
            Layout.fillWidth: true
            text: qsTr("A host decides")
            detail: qsTr("Whoever comes by an invite knocks and waits. A host reads what they say, and lets them in or not.")
            chosen: sheet.model.asks
            enabled: !sheet.model.working
            onClicked: sheet.model.decide(true)
            Keys.onUpPressed: enough.forceActiveFocus(Qt.BacktabFocusReason)
        }
    }
    ColumnLayout {
        objectName: "asking"
        Layout.fillWidth: true
        visible: sheet.model.asks
        spacing: Theme.space2

        Label {
            Layout.fillWidth: true
            style: "label"
            strong: true
            text: qsTr("Questions to newcomers")
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: qsTr("Up to five, or none. Hosts are shown the answers. These are forgotten once somebody is in, or a month after the last knock.")
            color: Theme.text2
        }
        LinesBox {
            id: lines

            Layout.fillWidth: true
            lines: sheet.model.questions
            shown: sheet.model.questionsShown
            longest: sheet.model.longestLine
            spoken: qsTr("Question %1")
            placeholder: qsTr("What brings you here?")
            readOnly: sheet.model.working
            onTyped: (place, words) => sheet.model.typeQuestion(place, words)
        }
        Tick {
            objectName: "wantVouch"
            Layout.fillWidth: true
            Layout.topMargin: Theme.space2
            text: qsTr("A member puts in a word first")
            detail: qsTr("For whoever comes by an invite. Everyone in the circle can read it.")
            ticked: sheet.model.vouch
            enabled: !sheet.model.working
            onClicked: sheet.model.wantVouch(!ticked)
        }
        Tick {
            objectName: "wantAffiliation"
            Layout.fillWidth: true
            text: qsTr("Newcomers say whom they are here for")
            detail: qsTr("For themselves, or for a company, a clinic, a newspaper.")
            ticked: sheet.model.affiliation
            enabled: !sheet.model.working
            onClicked: sheet.model.wantAffiliation(!ticked)
        }
    }
    Label {
        Layout.fillWidth: true
        style: "caption"
        text: qsTr("This holds for open invites too. The open log says that you changed it.")
        color: Theme.text2
    }
    Label {
        objectName: "doorProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "" && sheet.visible) Accessible.announce(text)
    }
    foot: [
        Label {
            objectName: "doorKeeping"
            Layout.fillWidth: true
            style: "caption"
            text: sheet.model.keeping
            color: Theme.text2
        },
        Button {
            objectName: "keepDoor"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "saveDoor"
            kind: "primary"
            text: qsTr("Let people in like this")
            busy: sheet.model.working
            onClicked: sheet.model.save()
        }
    ]
    Connections {
        target: sheet.model

        function onReplaced(): void {
            if (sheet.visible)
                lines.load(sheet.model.questions);
        }
        function onDone(): void {
            sheet.close();
        }
    }
}
