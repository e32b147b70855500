// A short list of open invites, for another page.
//   invites: Invites; mayInvite;  enter(reason) puts the focus on the card;  invite() · all()
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property Invites invites
    property bool mayInvite: false
    readonly property int most: 3

    signal invite
    signal all

    function enter(reason: int): void {
        forceActiveFocus(reason);
    }

    padding: Theme.space5
    focused: activeFocus
    // Else Tab would not go on from here.
    activeFocusOnTab: activeFocus
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Invites")
    Accessible.focusable: true

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space3

        Label {
            Layout.fillWidth: true
            style: "heading"
            text: qsTr("Invites")
            Accessible.role: Accessible.Heading
        }
        Button {
            objectName: "cardInvite"
            visible: card.mayInvite
            glyph: "user-plus"
            text: qsTr("New invite")
            onClicked: card.invite()
        }
    }
    ColumnLayout {
        Layout.fillWidth: true
        visible: card.invites.count > 0
        spacing: Theme.space2
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Open invites")

        Repeater {
            model: card.invites

            RowLayout {
                id: entry

                required property int index
                required property string title
                required property string used
                required property string until
                required property string spoken

                Layout.fillWidth: true
                visible: index < card.most
                spacing: Theme.space3
                Accessible.role: Accessible.ListItem
                Accessible.name: spoken

                Label {
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: entry.title
                    Accessible.ignored: true
                }
                Label {
                    style: "caption"
                    text: entry.used
                    color: Theme.text2
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
                Label {
                    visible: card.width >= Theme.px(460)
                    style: "caption"
                    text: entry.until
                    color: Theme.text2
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
            }
        }
    }
    Label {
        Layout.fillWidth: true
        visible: card.invites.loaded && card.invites.count === 0
        text: qsTr("There is no open invite here.")
        color: Theme.text2
    }
    Button {
        objectName: "allInvites"
        Layout.leftMargin: -Theme.space3
        visible: card.invites.count > 0
        kind: "quiet"
        glyph: "envelope-simple"
        text: card.invites.count > card.most ? qsTr("All %1 invites").arg(card.invites.count) : qsTr("More about invites")
        onClicked: card.all()
    }
}
