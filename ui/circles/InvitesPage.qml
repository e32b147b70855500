// The invites by which somebody can still come in, and a way to take them back.
//   invites: Invites; mayInvite;  enter() puts the focus on the first thing that can be done
// Signals: invite() · vouching(invite)
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: page

    required property Invites invites
    property bool mayInvite: false
    readonly property real column: Math.min(width - 2 * Theme.space6, Theme.feedWidth)
    readonly property bool empty: invites.loaded && invites.count === 0

    signal invite
    signal vouching(string invite)

    function enter(): void {
        const next = list.nextItemInFocusChain(true);
        if (next)
            next.forceActiveFocus(Qt.TabFocusReason);
    }

    ListView {
        id: list

        objectName: "invites"
        anchors.fill: parent
        visible: !page.empty
        model: page.invites
        clip: true
        spacing: Theme.space2
        topMargin: Theme.space5
        bottomMargin: Theme.space6
        keyNavigationEnabled: false
        boundsBehavior: Flickable.StopAtBounds
        cacheBuffer: 400
        Basic.ScrollBar.vertical: Scroller {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Open invites")

        header: Item {
            width: list.width
            implicitHeight: top.implicitHeight + Theme.space4
            visible: page.invites.loaded

            RowLayout {
                id: top

                x: Math.round((parent.width - width) / 2)
                width: page.column
                spacing: Theme.space4

                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: qsTr("By these somebody can still come. Everyone in the circle sees this list, but only you see your notes.")
                    color: Theme.text2
                }
                Button {
                    objectName: "newInvite"
                    visible: page.mayInvite
                    Layout.alignment: Qt.AlignTop
                    glyph: "user-plus"
                    text: qsTr("New invite")
                    onClicked: page.invite()
                }
            }
        }
        delegate: InviteRow {
            width: list.width
            column: page.column
            working: page.invites.working
            onTaken: page.invites.askBack(invite)
            onVouched: page.vouching(invite)
            onReached: list.positionViewAtIndex(index, ListView.Contain)
        }
        footer: ColumnLayout {
            x: Math.round((list.width - page.column) / 2)
            width: page.column

            Skeleton {
                Layout.fillWidth: true
                waiting: !page.invites.loaded && page.invites.trouble === ""
            }
            Banner {
                objectName: "invitesTrouble"
                Layout.fillWidth: true
                Layout.topMargin: Theme.space4
                visible: page.invites.trouble !== ""
                kind: "attention"
                text: page.invites.trouble
                action: qsTr("Try again")
                onActed: page.invites.refresh()
            }
        }
    }
    EmptyState {
        objectName: "noInvites"
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.space6, Theme.px(560))
        visible: page.empty
        seats: 0
        title: qsTr("No open invites.")
        text: qsTr("Used, old and taken back invites are in nobody's way. Whoever has knocked already may still be let in.")
        actions: [
            Button {
                objectName: "firstInvite"
                visible: page.mayInvite
                kind: "pill"
                glyph: "user-plus"
                text: qsTr("Invite someone")
                onClicked: page.invite()
            }
        ]
    }
}
