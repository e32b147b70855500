// Everybody in the circle, who looks after it first. One tab stop; arrows move, Enter opens a page.
//   people: People; mayInvite; requests (how many ask to come in, in words, or "")
//   enter() puts the focus on the list;  at(member) on somebody in it
// Signals: opened(member, keyed): by the keyboard or by the mouse · invite() · atTheDoor()
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: page

    required property People people
    property bool mayInvite: false
    property string requests: ""
    readonly property real column: Math.min(width - 2 * Theme.space6, Theme.feedWidth)

    signal opened(string member, bool keyed)
    signal invite
    signal atTheDoor

    function enter(): void {
        if (list.currentItem)
            list.currentItem.enter();
        else
            list.forceActiveFocus(Qt.TabFocusReason);
    }
    function at(member: string): void {
        const place = people.placeOf(member);
        list.currentIndex = Math.max(0, place);
        if (place >= 0)
            list.positionViewAtIndex(place, ListView.Contain);
        enter();
    }

    ListView {
        id: list

        objectName: "people"
        anchors.fill: parent
        model: page.people
        clip: true
        focus: true
        spacing: Theme.space2
        topMargin: Theme.space5
        bottomMargin: Theme.space6
        currentIndex: 0
        keyNavigationEnabled: false
        boundsBehavior: Flickable.StopAtBounds
        cacheBuffer: 400
        Basic.ScrollBar.vertical: Scroller {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("People")

        function go(place: int): void {
            if (place < 0 || place >= count)
                return;
            currentIndex = place;
            positionViewAtIndex(place, ListView.Contain);
            currentItem.enter();
        }

        header: Item {
            width: list.width
            implicitHeight: waiting.visible ? waiting.implicitHeight + Theme.space2 : 0

            Button {
                id: waiting

                objectName: "toTheDoor"
                anchors.horizontalCenter: parent.horizontalCenter
                visible: page.requests !== ""
                kind: "pill"
                glyph: "door-open"
                text: page.requests
                onClicked: page.atTheDoor()
            }
        }
        section.property: "section"
        section.delegate: Item {
            required property string section

            width: list.width
            implicitHeight: head.implicitHeight + Theme.space2 + Theme.space3

            Label {
                id: head

                x: Math.round((list.width - page.column) / 2) + 2
                y: Theme.space3
                style: "label"
                strong: true
                text: parent.section
                color: Theme.text2
                Accessible.role: Accessible.Heading
            }
        }
        delegate: Item {
            id: entry

            required property int index
            required property string member
            required property int hue
            required property string name
            required property string role
            required property string sign
            required property string since
            required property string presence
            required property bool here
            required property string spoken

            function enter(): void {
                row.forceActiveFocus(Qt.TabFocusReason);
            }

            width: list.width
            implicitHeight: row.implicitHeight
            Accessible.role: Accessible.ListItem
            Accessible.name: spoken

            PersonRow {
                id: row

                objectName: "person"
                x: Math.round((list.width - width) / 2)
                width: page.column
                activeFocusOnTab: list.currentIndex === entry.index
                member: entry.member
                hue: entry.hue
                name: entry.name
                role: entry.role
                sign: entry.sign
                since: entry.since
                presence: entry.presence
                here: entry.here
                spoken: entry.spoken
                onClicked: page.opened(entry.member, visualFocus)
                onActiveFocusChanged: if (activeFocus) list.currentIndex = entry.index
                Keys.onDownPressed: list.go(entry.index + 1)
                Keys.onUpPressed: list.go(entry.index - 1)
                Keys.onPressed: event => {
                    if (event.key === Qt.Key_Home || event.key === Qt.Key_End) {
                        event.accepted = true;
                        list.go(event.key === Qt.Key_Home ? 0 : list.count - 1);
                    }
                }
            }
        }
        footer: ColumnLayout {
            x: Math.round((list.width - page.column) / 2)
            width: page.column
            spacing: Theme.space3

            Skeleton {
                Layout.fillWidth: true
                waiting: !page.people.loaded && page.people.trouble === ""
            }
            Banner {
                objectName: "peopleTrouble"
                Layout.fillWidth: true
                Layout.topMargin: Theme.space4
                visible: page.people.trouble !== ""
                kind: "attention"
                text: page.people.trouble
                action: qsTr("Try again")
                onActed: page.people.refresh()
            }
            ColumnLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.space5
                visible: page.people.loaded && page.people.count === 1 && page.mayInvite
                spacing: Theme.space3

                Label {
                    Layout.fillWidth: true
                    text: qsTr("Only you so far. Whoever you invite will stand here.")
                    color: Theme.text2
                    horizontalAlignment: Text.AlignHCenter
                }
                Button {
                    objectName: "inviteFromPeople"
                    Layout.alignment: Qt.AlignHCenter
                    kind: "pill"
                    glyph: "user-plus"
                    text: qsTr("Invite someone")
                    onClicked: page.invite()
                }
            }
        }
    }
}
