// A post with its replies beside the feed, or in its place where there is no room for both.
//   thread   a ThreadModel
//   back     true: it stands in the feed's place and has an arrow back instead of a ×
//   mayWrite false in a circle one has left;  mute: why, in a sentence
//   waits: nothing goes out before a host has let the writer in
//   write()  puts the cursor into the reply box;  enter() into the list
// Signal: closed(). Esc closes it; the draft stays.
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: panel

    required property ThreadModel thread
    property bool back: false
    property bool mayWrite: true
    property string mute: ""
    property bool waits: false

    readonly property var root: thread.root
    readonly property bool ready: root.author !== undefined
    readonly property real column: Math.min(width - 2 * Theme.space5, Theme.px(720))

    signal closed

    function write(): void {
        if (mayWrite)
            box.enter();
    }

    function enter(): void {
        stop.forceActiveFocus(Qt.TabFocusReason);
    }

    Accessible.role: Accessible.Pane
    Accessible.name: thread.heading
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Escape) {
            event.accepted = true;
            panel.closed();
        } else if (event.key === Qt.Key_M && event.modifiers === Qt.ControlModifier) {
            event.accepted = true;
            panel.write();
        }
    }

    Binding {
        panel.thread.looking: panel.visible && panel.Window.active
    }
    Connections {
        target: panel.thread

        function onArrived(words: string): void {
            list.Accessible.announce(words);
        }
    }
    Connections {
        target: panel.thread.reply

        function onShared(): void {
            Qt.callLater(list.positionViewAtEnd);
        }
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.surface
    }
    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: panel.back ? Theme.space3 : Theme.space5
            Layout.rightMargin: Theme.space2
            Layout.topMargin: Theme.space2
            Layout.bottomMargin: Theme.space2
            Layout.minimumHeight: 46
            spacing: Theme.space3

            IconButton {
                objectName: "threadBack"
                visible: panel.back
                glyph: "arrow-left"
                name: qsTr("Back to the circle")
                keys: "Esc"
                onClicked: panel.closed()
            }
            Icon {
                visible: !panel.back
                name: "arrow-bend-up-left"
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: panel.thread.heading
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.role: Accessible.Heading
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: panel.ready && panel.root.delivery !== "" ? qsTr("%1 · %2").arg(panel.root.delivery).arg(panel.thread.countLine) : panel.thread.countLine
                    color: Theme.text2
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                }
            }
            IconButton {
                objectName: "closeThread"
                visible: !panel.back
                glyph: "x"
                name: qsTr("Close replies")
                keys: "Esc"
                onClicked: panel.closed()
            }
        }
        Rectangle {
            Layout.fillWidth: true
            implicitHeight: 1
            color: Theme.divider
        }
        // The tab stop is not the list, which is a focus scope of its own (see FeedView).
        Item {
            id: stop

            objectName: "replies"
            Layout.fillWidth: true
            Layout.fillHeight: true
            activeFocusOnTab: true
            focus: true
            Accessible.role: Accessible.Pane
            Accessible.name: panel.thread.heading
            Accessible.focusable: true

            Keys.onPressed: event => {
                if (event.modifiers & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier))
                    return;
                event.accepted = true;
                if (event.key === Qt.Key_J || event.key === Qt.Key_Down)
                    list.go(list.currentIndex + 1);
                else if (event.key === Qt.Key_K || event.key === Qt.Key_Up)
                    list.go(list.currentIndex - 1);
                else if (event.key === Qt.Key_Home)
                    list.go(-1);
                else if (event.key === Qt.Key_End)
                    list.go(list.count - 1);
                else if (event.key === Qt.Key_Escape && !activeFocus)
                    panel.enter();
                else if (event.key === Qt.Key_R || event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
                    panel.write();
                else
                    event.accepted = false;
            }

            ListView {
                id: list

                anchors.fill: parent
                activeFocusOnTab: false
                clip: true
                model: panel.thread
                spacing: Theme.space2
                boundsBehavior: Flickable.StopAtBounds
                keyNavigationEnabled: false
                highlightFollowsCurrentItem: false
                currentIndex: -1
                cacheBuffer: 800
                Basic.ScrollBar.vertical: Scroller {}
                Accessible.role: Accessible.List
                Accessible.name: panel.thread.heading

                function go(place: int): void {
                    if (place < -1 || place >= count)
                        return;
                    currentIndex = place;
                    if (place < 0)
                        positionViewAtBeginning();
                    else
                        positionViewAtIndex(place, ListView.Contain);
                }

                header: Item {
                    width: list.width
                    implicitHeight: (head.visible ? head.implicitHeight : adrift.visible ? adrift.implicitHeight : 0) + Theme.space5 + Theme.space4

                    ThreadRoot {
                        id: head

                        x: Math.round((parent.width - width) / 2)
                        y: Theme.space5
                        width: panel.column
                        root: panel.root
                        full: panel.back || panel.width > Theme.px(640)
                        onShown: panel.thread.showRoot()
                    }
                    Guidance {
                        id: adrift

                        objectName: "adrift"
                        x: head.x
                        y: Theme.space5
                        width: panel.column
                        visible: text !== ""
                        calm: true
                        glyph: "hourglass"
                        text: panel.thread.adrift
                    }
                }
                delegate: Reply {
                    objectName: "reply"
                    width: list.width
                    height: implicitHeight
                    column: panel.column
                    current: ListView.isCurrentItem
                    focused: ListView.isCurrentItem && stop.activeFocus
                    onShown: panel.thread.show(post)
                }
                footer: Item {
                    width: list.width
                    implicitHeight: trouble.visible ? trouble.implicitHeight + 2 * Theme.space4 : Theme.space4

                    Banner {
                        id: trouble

                        objectName: "threadTrouble"
                        x: Math.round((parent.width - width) / 2)
                        y: Theme.space4
                        width: panel.column
                        visible: panel.thread.trouble !== ""
                        kind: "attention"
                        text: panel.thread.trouble
                        action: qsTr("Try again")
                        onActed: panel.thread.tryAgain()
                    }
                }
            }
        }
        Rectangle {
            Layout.fillWidth: true
            visible: box.visible
            implicitHeight: 1
            color: Theme.divider
        }
        Guidance {
            objectName: "mute"
            Layout.fillWidth: true
            Layout.margins: Theme.space4
            visible: text !== "" && !panel.mayWrite
            calm: true
            text: panel.mute
        }
        ReplyBox {
            id: box

            Layout.alignment: Qt.AlignHCenter
            Layout.fillWidth: true
            Layout.maximumWidth: panel.column + 2 * Theme.space1
            Layout.leftMargin: Theme.space4
            Layout.rightMargin: Theme.space4
            Layout.topMargin: Theme.space3
            Layout.bottomMargin: Theme.space3
            visible: panel.mayWrite && (panel.ready || panel.thread.adrift !== "")
            reply: panel.thread.reply
            target: panel.thread.target
            readers: panel.waits ? qsTr("Kept on this computer until a host lets you in.") : panel.thread.readers
            waits: panel.waits
        }
    }
}
