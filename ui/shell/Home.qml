// The open home: the sidebar beside whatever the chosen row leads to.
//   shell: Shell
import QtQuick
import QtQuick.Layouts
import Hearthside
import circles
import components
import connection
import theme

FocusScope {
    id: home

    required property Shell shell
    // Breakpoints count what fits, so larger text counts as a smaller window.
    readonly property real room: width / Theme.scale
    readonly property bool wide: room >= 1180
    readonly property bool narrow: room < 900

    function panes(): var {
        const found = [{item: sidebar, enter: () => sidebar.enter()}];
        if (main.item && main.item.panes)
            return found.concat(main.item.panes());
        found.push({item: main, enter: () => main.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)});
        return found;
    }
    function pane(by: int): void {
        const all = panes();
        const holds = one => {
            for (let item = home.Window.activeFocusItem; item; item = item.parent)
                if (item === one.item)
                    return true;
            return false;
        };
        const now = all.findIndex(holds);
        const next = now < 0 ? 0 : (now + by + all.length) % all.length;
        all[next].enter();
    }

    focus: true

    Rectangle {
        anchors.fill: parent
        color: Theme.bg
    }
    RowLayout {
        anchors.fill: parent
        spacing: 0

        Sidebar {
            id: sidebar

            objectName: "sidebar"
            Layout.fillHeight: true
            shell: home.shell
            compact: home.narrow
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: 0

            Loader {
                id: main

                objectName: "main"
                Layout.fillWidth: true
                Layout.fillHeight: true
                focus: true
                sourceComponent: {
                    switch (home.shell.place) {
                    case "circle":
                        return circle;
                    case "door":
                        return door;
                    case "connection":
                        return connecting;
                    default:
                        return home.shell.empty ? welcome : null;
                    }
                }
            }
            Banner {
                objectName: "trouble"
                Layout.alignment: Qt.AlignHCenter
                Layout.fillWidth: true
                Layout.maximumWidth: Theme.px(Theme.feedMax)
                Layout.margins: Theme.space5
                Layout.topMargin: Theme.space2
                visible: home.shell.trouble !== ""
                kind: "attention"
                text: home.shell.trouble
                action: qsTr("All right")
                onActed: home.shell.dismiss()
                onTextChanged: if (text !== "") Accessible.announce(text)
            }
        }
    }
    Sheets {
        id: sheets

        shell: home.shell
    }
    Toast {
        id: toast

        objectName: "toast"
        anchors.left: parent.left
        anchors.bottom: parent.bottom
        // Beside the sidebar, whose foot has the lock.
        anchors.leftMargin: sidebar.width + Theme.space5
        anchors.bottomMargin: Theme.space5
    }
    Connections {
        target: home.shell

        function onTold(sentence: string): void {
            toast.say(sentence, "");
        }
    }
    Component {
        id: circle

        CircleRoom {
            shell: home.shell
            wide: home.wide
            narrow: home.narrow
            onLeaving: sheets.leave()
        }
    }
    Component {
        id: door

        Item {
            RoomTitle {
                id: title

                anchors.left: parent.left
                anchors.right: parent.right
                title: qsTr("Waiting room")
                line: {
                    if (!home.shell.waiting.known)
                        return qsTr("Nothing of the circle is on this computer yet");
                    return qsTr("Nothing of the circle is on this computer yet, except what your invite says of it");
                }
            }
            WaitingRoom {
                anchors.fill: parent
                anchors.topMargin: title.height
                model: home.shell.waiting
                onPutAway: join => home.shell.putAway(join)
            }
        }
    }
    Component {
        id: connecting

        ConnectionScreen {
            objectName: "connectionScreen"
            model: home.shell.reach
            mayCarry: home.shell.room.open
            circle: home.shell.room.name
            onBack: home.shell.reach.close()
            onCarrying: bringing => home.shell.rooms.carry(bringing)
            keyed: sidebar.keyed
        }
    }
    Component {
        id: welcome

        Item {
            EmptyState {
                objectName: "noCircle"
                anchors.centerIn: parent
                width: Math.min(parent.width - 2 * Theme.space6, Theme.px(560))
                key: home.shell.name === "" ? "" : home.shell.name
                title: home.shell.name === "" ? qsTr("Welcome.") : qsTr("Welcome, %1.").arg(home.shell.name)
                text: qsTr("You can join a circle someone invited you to, or begin one.")
                actions: [
                    Button {
                        objectName: "haveInvite"
                        kind: "primary"
                        text: qsTr("I have an invite")
                        onClicked: home.shell.join()
                    },
                    Button {
                        objectName: "beginCircle"
                        kind: "pill"
                        glyph: "plus"
                        text: qsTr("Begin a circle")
                        onClicked: home.shell.begin()
                    }
                ]
            }
        }
    }
    Instantiator {
        model: 9

        Shortcut {
            required property int index

            sequence: "Ctrl+" + (index + 1)
            enabled: !sheets.any
            onActivated: home.shell.selectPlace(index)
        }
    }
    Shortcut {
        sequence: "Alt+Up"
        enabled: !sheets.any
        onActivated: home.shell.step(-1)
    }
    Shortcut {
        sequence: "Alt+Down"
        enabled: !sheets.any
        onActivated: home.shell.step(1)
    }
    Shortcut {
        sequence: "Ctrl+N"
        enabled: !sheets.any
        onActivated: if (main.item && main.item.compose) main.item.compose("")
    }
    Shortcut {
        sequence: "F6"
        enabled: !sheets.any
        onActivated: home.pane(1)
    }
    Shortcut {
        sequence: "Shift+F6"
        enabled: !sheets.any
        onActivated: home.pane(-1)
    }
}
