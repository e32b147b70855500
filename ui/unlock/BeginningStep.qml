// Step three: come in somewhere, or begin.
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

ColumnLayout {
    id: step

    required property FirstSteps model

    signal invited
    signal beginning

    function begin() {
        invite.forceActiveFocus();
    }

    spacing: Theme.space2

    Label {
        Layout.fillWidth: true
        style: "display"
        text: step.model.name === "" ? qsTr("Welcome.") : qsTr("Welcome, %1.").arg(step.model.name)
        Accessible.role: Accessible.Heading
    }
    Label {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.space4
        text: qsTr("You can join a circle someone invited you to, or begin one.")
        color: Theme.text2
    }
    BigChoice {
        id: invite

        objectName: "haveInvite"
        Layout.fillWidth: true
        glyph: "envelope-simple"
        text: qsTr("I have an invite")
        sentence: qsTr("A link that someone in the circle gave you.")
        onClicked: step.invited()
    }
    BigChoice {
        objectName: "beginCircle"
        Layout.fillWidth: true
        Layout.topMargin: Theme.space1
        glyph: "users-three"
        text: qsTr("Begin a circle")
        sentence: qsTr("Give it a name and say who it's for. You decide whom to invite.")
        onClicked: step.beginning()
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space4
        spacing: Theme.space3

        Icon {
            name: "check-circle"
            color: Theme.primary
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: qsTr("Your store is made. Everything in it is locked with your passphrase.")
            color: Theme.text2
        }
    }
}
