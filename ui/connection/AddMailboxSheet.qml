// Adding a mailbox: what it can't and can do, how to start one, its line, and what it is called.
//   model: AddingMailbox
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property AddingMailbox model

    preferredWidth: 700
    first: card.input
    head: [
        Rectangle {
            implicitWidth: Theme.icon(Theme.iconLg) + Theme.space4
            implicitHeight: implicitWidth
            radius: Theme.radiusMd
            color: Theme.primarySoft

            Icon {
                anchors.centerIn: parent
                name: "envelope-simple"
                size: Theme.iconLg
                color: Theme.primarySoftText
            }
        },
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "title"
                text: qsTr("Add a mailbox")
                Accessible.role: Accessible.Heading
            }
            Label {
                objectName: "mailboxFor"
                Layout.fillWidth: true
                style: "caption"
                text: qsTr("for %1").arg(sheet.model.circleName)
                color: Theme.text2
            }
        }
    ]

    Label {
        Layout.fillWidth: true
        text: qsTr("A mailbox is a computer, not a person. It stays on and holds sealed posts for people who are away. It can't open them.")
    }
    GridLayout {
        Layout.fillWidth: true
        columns: sheet.width / Theme.scale >= 560 ? 2 : 1
        columnSpacing: Theme.space3
        rowSpacing: Theme.space3

        BoxSide {
            heading: qsTr("What it can't do")
            glyph: "x"
            entries: [qsTr("Read words or pictures"), qsTr("See any name, also the circle's"), qsTr("Change a post or make one up")]
        }
        BoxSide {
            heading: qsTr("What it can do")
            glyph: "check"
            entries: [qsTr("See which addresses call, and when"), qsTr("Tell your computers apart, and count them"), qsTr("Be switched off, or hold posts back")]
        }
    }
    Step {
        number: 1
        text: qsTr("Start a mailbox on a computer that stays on, at home or rented:")
    }
    TextEdit {
        objectName: "mailboxCommand"
        Layout.fillWidth: true
        Layout.leftMargin: Theme.space6 + Theme.space3
        Layout.topMargin: -Theme.space2
        readOnly: true
        selectByMouse: true
        activeFocusOnTab: false
        text: sheet.model.command
        font: Theme.codeFont
        color: Theme.text
        wrapMode: TextEdit.WrapAnywhere
        selectionColor: Theme.primary
        selectedTextColor: Theme.textOnPrimary
        Accessible.role: Accessible.StaticText
        Accessible.name: text
    }
    Step {
        number: 2
        text: qsTr("Paste the line it shows")
    }
    Field {
        id: card

        objectName: "mailboxCard"
        Layout.fillWidth: true
        Layout.topMargin: -Theme.space2
        code: true
        maximumLength: 4096
        placeholder: qsTr("hearthside-mailbox:…")
        text: sheet.model.card
        hint: sheet.model.found
        good: sheet.model.answers
        error: sheet.model.problem
        input.Accessible.name: qsTr("The line it shows")
        onEdited: sheet.model.paste(text)
        onAccepted: sheet.model.add()
        onHintChanged: if (sheet.visible && good) input.Accessible.announce(hint)
    }
    Field {
        id: called

        objectName: "mailboxName"
        Layout.fillWidth: true
        label: qsTr("What you call it")
        placeholder: qsTr("Cupboard laptop")
        maximumLength: 64
        text: sheet.model.called
        hint: sheet.model.people > 1 ? qsTr("The %1 people of this circle read this name, and whoever comes in later.").arg(sheet.model.people) : qsTr("Whoever comes into this circle reads this name.")
        onEdited: sheet.model.call(text)
        onAccepted: sheet.model.add()
    }
    Guidance {
        Layout.fillWidth: true
        calm: true
        text: qsTr("Use another mailbox for another circle if nobody should guess that you are in both.")
    }
    foot: [
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: sheet.model.working ? qsTr("Adding it…") : qsTr("You can retire it at any time.")
            color: Theme.text2
            onTextChanged: if (sheet.visible && sheet.model.working) Accessible.announce(text)
        },
        Button {
            objectName: "addNotNow"
            text: qsTr("Not now")
            kind: "quiet"
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmAddMailbox"
            kind: "primary"
            text: qsTr("Add mailbox")
            busy: sheet.model.working
            onClicked: sheet.model.add()
        }
    ]
}
