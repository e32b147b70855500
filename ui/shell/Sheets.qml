// The sheets that may stand before the home; they go with it when the window locks.
//   shell: Shell; leave() asks before leaving the open circle
import QtQuick
import Hearthside
import circles
import connection
import door
import people
import settings

Item {
    id: sheets

    required property Shell shell
    readonly property bool any: inviting.visible || joining.visible || beginning.visible || leaving.visible || removing.visible || takingBack.visible || changing || handing.visible || declining.visible || carrying.visible || adding.visible || retiring.visible
    readonly property bool changing: promising.visible || renaming.visible || opening.visible || vouching.visible

    function leave(): void {
        leaving.open();
    }

    Connections {
        target: sheets.shell

        function onWantsJoin(): void {
            joining.open();
        }
        function onWantsBegin(): void {
            beginning.open();
        }
        function onWantsInvite(): void {
            inviting.open();
        }
    }
    Connections {
        target: sheets.shell.knocking

        function onBegun(): void {
            joining.close();
        }
    }
    Connections {
        target: sheets.shell.founding

        function onMade(): void {
            beginning.close();
        }
    }
    Connections {
        target: sheets.shell.rooms

        function onRemoving(): void {
            removing.open();
        }
        function onDeclining(): void {
            declining.open();
        }
    }
    Connections {
        target: sheets.shell.rooms.invites

        function onAsking(): void {
            takingBack.open();
        }
    }
    Connections {
        target: sheets.shell.rooms.settings.changing

        function onAsking(what: string): void {
            ({promise: promising, circle: renaming, door: opening})[what].open();
        }
    }
    Connections {
        target: sheets.shell.rooms.settings.handing

        function onAsking(): void {
            handing.open();
        }
    }
    Connections {
        target: sheets.shell.rooms.settings.keeping

        function onAsking(): void {
            keeping.open();
        }
    }
    Connections {
        target: sheets.shell.rooms.carrying

        function onAsking(): void {
            carrying.open();
        }
    }
    Connections {
        target: sheets.shell.rooms.vouching

        function onAsking(): void {
            vouching.open();
        }
    }
    Connections {
        target: sheets.shell.reach.adding

        function onAsking(): void {
            adding.open();
        }
        function onDone(): void {
            adding.close();
        }
    }
    Connections {
        target: sheets.shell.reach.retiring

        function onAsking(): void {
            retiring.open();
        }
        function onDone(): void {
            retiring.close();
        }
    }
    AddMailboxSheet {
        id: adding

        objectName: "addMailboxSheet"
        model: sheets.shell.reach.adding
    }
    RetireMailboxSheet {
        id: retiring

        objectName: "retireMailboxSheet"
        model: sheets.shell.reach.retiring
    }
    VouchSheet {
        id: vouching

        objectName: "vouchSheet"
        model: sheets.shell.rooms.vouching
    }
    PromiseSheet {
        id: promising

        objectName: "promiseSheet"
        model: sheets.shell.rooms.settings.changing
    }
    CircleSheet {
        id: renaming

        objectName: "circleSheet"
        model: sheets.shell.rooms.settings.changing
    }
    DoorSheet {
        id: opening

        objectName: "doorSheet"
        model: sheets.shell.rooms.settings.changing
    }
    HandOverSheet {
        id: handing

        objectName: "handOverSheet"
        model: sheets.shell.rooms.settings.handing
        circle: sheets.shell.room.name
    }
    KeepSheet {
        id: keeping

        objectName: "keepSheet"
        model: sheets.shell.rooms.settings.keeping
    }
    CarrySheet {
        id: carrying

        objectName: "carrySheet"
        model: sheets.shell.rooms.carrying
    }
    RemoveSheet {
        id: removing

        objectName: "removeSheet"
        model: sheets.shell.rooms.removal
        circle: sheets.shell.room.name
    }
    DeclineSheet {
        id: declining

        objectName: "declineSheet"
        model: sheets.shell.rooms.noes
    }
    TakeBackSheet {
        id: takingBack

        objectName: "takeBackSheet"
        model: sheets.shell.rooms.invites
    }
    InviteSheet {
        id: inviting

        objectName: "inviteSheet"
        model: sheets.shell.inviting
        room: sheets.shell.room
    }
    JoinSheet {
        id: joining

        objectName: "joinSheet"
        model: sheets.shell.knocking
        name: sheets.shell.name
    }
    BeginSheet {
        id: beginning

        objectName: "beginSheet"
        model: sheets.shell.founding
        name: sheets.shell.name
    }
    LeaveSheet {
        id: leaving

        objectName: "leaveSheet"
        model: sheets.shell.leaving
        room: sheets.shell.room
    }
}
