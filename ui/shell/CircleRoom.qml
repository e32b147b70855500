// One circle: its head, its posts, and the thread that is open. Wide windows show both, others one.
//   shell: Shell; wide, narrow; leaving()
import QtQuick
import QtQuick.Layouts
import Hearthside
import circles
import components
import composer
import feed
import theme
import thread

FocusScope {
    id: place

    required property Shell shell
    property bool wide: true
    property bool narrow: false
    readonly property Visit visit: shell.visit
    readonly property bool away: shell.rooms.page !== "home"
    readonly property bool replaced: !wide && visit.threadHere
    property real threadWidth: Theme.thread
    // The room is made first, then its head, then its posts: at once they would hold up all else.
    property int made: 0

    signal leaving

    Timer {
        interval: 1
        repeat: true
        running: place.made < 2
        onTriggered: place.made++
    }
    Connections {
        target: place.visit

        function onReplying(): void {
            Qt.callLater(panel.write);
        }
    }

    // The panes for F6, in reading order, as functions that give them the focus.
    function panes(): var {
        if (away)
            return pages.item ? pages.item.panes() : [];
        const found = [];
        if (!replaced) {
            if (head.item)
                found.push({item: head.item, enter: () => head.item.enter()});
            if (posts.item)
                found.push({item: posts.item, enter: () => posts.item.toList()});
        }
        if (panel.item)
            found.push({item: panel.item, enter: () => panel.item.enter()});
        return found;
    }
    function compose(kind: string): void {
        if (!shell.room.open)
            shell.mute();
        else if (visit.here) {
            sheet.wanted = true;
            sheet.item.write(kind);
        }
    }

    Loader {
        id: pages

        anchors.fill: parent
        active: place.away
        focus: place.away
        sourceComponent: RoomPages {
            shell: place.shell
            onLeaving: place.leaving()
        }
    }
    RowLayout {
        anchors.fill: parent
        visible: !place.away
        spacing: 0

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: !place.replaced
            spacing: 0

            Loader {
                id: head

                Layout.fillWidth: true
                active: place.made > 0
                sourceComponent: RoomHeader {
                    shell: place.shell
                    narrow: place.narrow
                    onLeaving: place.leaving()
                }
            }
            Loader {
                id: posts

                Layout.fillWidth: true
                Layout.fillHeight: true
                // A list made before it has a size would keep places of its own.
                active: place.made > 1 && place.visit.here && width > 0 && height > 0
                sourceComponent: FeedView {
                    feed: place.visit.feed
                    invitation: ComposerCard {
                        me: place.shell.room.me
                        hue: place.shell.room.myHue
                        onCompose: kind => place.compose(kind)
                    }
                    mayWrite: place.shell.room.open
                    mayInvite: place.shell.room.mayInvite
                    alone: place.shell.room.alone
                    selected: place.visit.post
                    onOpened: (post, reply) => place.visit.openThread(post, reply)
                    onCompose: kind => place.compose(kind)
                    onInvite: place.shell.invite()
                }
            }
            ColumnLayout {
                Layout.alignment: Qt.AlignHCenter
                Layout.fillHeight: false
                Layout.maximumWidth: Theme.px(Theme.feedMax)
                Layout.leftMargin: Theme.space5
                Layout.rightMargin: Theme.space5
                Layout.bottomMargin: closed.visible || removed.visible || waits.visible || offline.visible ? Theme.space5 : 0
                spacing: Theme.space2

                Loader {
                    id: removed

                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space2
                    active: place.shell.room.removed
                    visible: active
                    sourceComponent: RemovedCard {
                        objectName: "removed"
                        room: place.shell.room
                        onErasing: place.leaving()
                    }
                }

                Loader {
                    id: closed

                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space2
                    active: place.shell.room.closed !== ""
                    visible: active
                    sourceComponent: Banner {
                        objectName: "closed"
                        text: place.shell.room.closed
                    }
                }
                Loader {
                    id: waits

                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space2
                    active: place.shell.room.waits !== ""
                    visible: active
                    sourceComponent: Banner {
                        objectName: "waitsForHost"
                        glyph: "hourglass"
                        text: place.shell.room.waits
                        Component.onCompleted: Accessible.announce(text)
                    }
                }
                Loader {
                    id: offline

                    readonly property bool paused: place.shell.connection.tone === "paused"

                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space2
                    active: place.shell.room.open && (place.shell.connection.tone === "offline" || paused)
                    visible: active
                    sourceComponent: Banner {
                        objectName: "offline"
                        kind: "offline"
                        glyph: offline.paused ? "wifi-slash" : "cloud-slash"
                        title: offline.paused ? qsTr("Connecting is paused") : qsTr("You're offline")
                        text: offline.paused ? qsTr("You can read and write as usual. What you write waits here until you go on connecting.") : qsTr("You can read and write as usual. What you write waits here until you're back.")
                    }
                }
            }
        }
        Loader {
            id: panel

            Layout.fillHeight: true
            Layout.fillWidth: !place.wide
            Layout.preferredWidth: Math.min(Theme.px(place.threadWidth), place.width - Theme.px(420))
            active: place.visit.threadHere && width > 0 && height > 0
            visible: place.visit.threadHere
            onLoaded: item.enter()

            function write(): void {
                if (item)
                    item.write();
            }

            sourceComponent: ThreadPanel {
                thread: place.visit.replies
                back: !place.wide
                mayWrite: place.shell.room.open
                mute: place.shell.room.mute
                waits: place.shell.room.waits !== ""
                onClosed: {
                    place.visit.closeThread();
                    if (posts.item)
                        posts.item.toList();
                }
            }

            // The edge between the two columns can be drawn; its place is kept while the window is open.
            Rectangle {
                z: 2
                width: 1
                height: parent.height
                visible: place.wide
                color: Theme.border

                MouseArea {
                    property real from

                    x: -3
                    width: 7
                    height: parent.height
                    cursorShape: Qt.SplitHCursor
                    onPressed: mouse => from = mouse.x
                    onPositionChanged: mouse => {
                        const wanted = place.threadWidth - (mouse.x - from) / Theme.scale;
                        place.threadWidth = Math.max(360, Math.min(640, wanted));
                    }
                }
            }
        }
    }
    Loader {
        id: sheet

        // It is large, and most who come in only read.
        property bool wanted: false

        active: wanted && place.visit.here
        sourceComponent: ComposerSheet {
            objectName: "composerSheet"
            composer: place.visit.composer
            circleName: place.shell.room.name
            shownToNewcomers: place.shell.room.shownToNewcomers
            goes: place.shell.room.goes
            waits: place.shell.room.waits !== ""
        }
    }
}
