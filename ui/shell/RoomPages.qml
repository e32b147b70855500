// A room of the circle in the place of its posts: people, one person, log, invites, door, settings.
//   shell: Shell; leaving()
//   enter() puts the focus into the page
import QtQuick
import QtQuick.Layouts
import Hearthside
import circles
import components
import door
import openlog
import people
import settings

FocusScope {
    id: place

    required property Shell shell
    readonly property Rooms rooms: shell.rooms
    property string last: ""
    property bool keyed: false

    signal leaving

    function enter(): void {
        if (page.item)
            page.item.enter();
    }
    function panes(): var {
        return [{item: place, enter: () => place.enter()}];
    }

    Accessible.role: Accessible.Pane
    Accessible.name: title.title

    RoomTitle {
        id: title

        objectName: "pageTitle"
        anchors.left: parent.left
        anchors.right: parent.right
        back: place.rooms.page === "person" ? qsTr("Back to all people") : ""
        title: {
            switch (place.rooms.page) {
            case "people":
                return qsTr("People");
            case "person":
                return place.rooms.person.plainName;
            case "log":
                return qsTr("Open log");
            case "settings":
                return qsTr("Circle settings");
            case "door":
                return qsTr("At the door");
            default:
                return qsTr("Invites");
            }
        }
        line: {
            const name = place.shell.room.name;
            switch (place.rooms.page) {
            case "people":
                return place.rooms.people.line === "" ? name : qsTr("%1 in %2").arg(place.rooms.people.line).arg(name);
            case "person":
                return qsTr("%1 of %2").arg(place.rooms.person.role).arg(name);
            case "log":
                return qsTr("%1 · every member can read this").arg(name);
            case "settings":
                return qsTr("%1 · hosts can change these, everyone can read them").arg(name);
            case "door":
                return place.rooms.door.line === "" ? name : qsTr("%1 · %2").arg(name).arg(place.rooms.door.line);
            default:
                return name;
            }
        }
        onWent: place.rooms.back()
    }
    Loader {
        id: page

        anchors.fill: parent
        anchors.topMargin: title.height
        focus: true
        sourceComponent: {
            switch (place.rooms.page) {
            case "people":
                return everybody;
            case "person":
                return one;
            case "log":
                return log;
            case "invites":
                return invites;
            case "settings":
                return settings;
            case "door":
                return atTheDoor;
            default:
                return null;
            }
        }
    }
    Connections {
        target: place.rooms

        function onPageChanged(): void {
            const from = place.last;
            place.last = place.rooms.page;
            if (place.rooms.page === "person")
                title.enter(place.keyed ? Qt.TabFocusReason : Qt.OtherFocusReason);
            else if (place.rooms.page === "people" && from === "person")
                Qt.callLater(place.toPeople);
        }
    }
    Component.onCompleted: last = rooms.page

    // Back at whoever was looked at, if they are still there.
    property string seen: ""
    function toPeople(): void {
        if (page.item && page.item.at)
            page.item.at(seen);
    }

    Component {
        id: everybody

        PeoplePage {
            people: place.rooms.people
            mayInvite: place.shell.room.mayInvite
            requests: place.shell.room.requests
            onInvite: place.shell.invite()
            onAtTheDoor: place.rooms.go("door")
            onOpened: (member, keyed) => {
                place.seen = member;
                place.keyed = keyed;
                place.rooms.see(member);
            }
        }
    }
    Component {
        id: one

        PersonPage {
            person: place.rooms.person
            portraying: place.rooms.portraying
            log: about
            onRemoving: place.rooms.remove()
        }
    }
    Component {
        id: about

        AboutPerson {
            log: place.rooms.log
            name: place.rooms.person.plainName
        }
    }
    Component {
        id: log

        LogPage {
            log: place.rooms.log
        }
    }
    Component {
        id: invites

        InvitesPage {
            invites: place.rooms.invites
            mayInvite: place.shell.room.mayInvite
            onInvite: place.shell.invite()
            onVouching: invite => place.rooms.vouch(invite)
        }
    }
    Component {
        id: settings

        SettingsPage {
            settings: place.rooms.settings
            invites: few
            onLeaving: place.leaving()
        }
    }
    Component {
        id: few

        InvitesCard {
            invites: place.rooms.invites
            mayInvite: place.shell.room.mayInvite
            onInvite: place.shell.invite()
            onAll: place.rooms.go("invites")
        }
    }
    Component {
        id: atTheDoor

        DoorPage {
            door: place.rooms.door
        }
    }
    Keys.onEscapePressed: rooms.back()
}
