// The left half of the first run: what this is, in words that hold.
import QtQuick
import QtQuick.Layouts
import components
import theme

Rectangle {
    id: promise

    color: Theme.bgSide

    component Fact: RowLayout {
        property string glyph
        property string title
        property string text

        Layout.fillWidth: true
        spacing: Theme.space4 - 2

        Icon {
            name: parent.glyph
            size: Theme.iconLg
            color: Theme.primary
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: parent.parent.title
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: parent.parent.text
                color: Theme.text2
            }
        }
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.space8 + Theme.space2
        anchors.topMargin: Theme.space8
        anchors.bottomMargin: Theme.space7
        spacing: 0

        Brand {}
        Item {
            Layout.fillHeight: true
        }
        Label {
            Layout.fillWidth: true
            style: "display"
            text: qsTr("A small, private place\nfor people who know.")
            lineHeight: Theme.displayLine * 1.1
            Accessible.role: Accessible.Heading
            Accessible.name: qsTr("A small, private place for people who know.")
        }
        Label {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space4
            Layout.bottomMargin: Theme.space6
            text: qsTr("No company in the middle. What you write is kept on this computer, locked with your passphrase, and shared only with the people in your circle.")
            color: Theme.text2
        }
        ColumnLayout {
            spacing: Theme.space4

            Fact {
                glyph: "lock"
                title: qsTr("Locked on your computer")
                text: qsTr("Unreadable to anyone without your passphrase.")
            }
            Fact {
                glyph: "users"
                title: qsTr("Only people who were invited")
                text: qsTr("No search, no followers, no strangers.")
            }
            Fact {
                glyph: "key"
                title: qsTr("No reset button")
                text: qsTr("Nobody but you can open it.")
            }
        }
        Item {
            Layout.fillHeight: true
            Layout.preferredHeight: 1
        }
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: qsTr("There is no Hearthside server. We never receive your words, so we can't read them, sell them or hand them over.")
            color: Theme.text2
        }
    }
    Rectangle {
        anchors.right: parent.right
        width: 1
        height: parent.height
        color: Theme.border
    }
}
