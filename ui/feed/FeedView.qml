// One circle's posts: the invitation to share, the cards, and an end. One tab stop; arrows, J and K
// move between cards, Tab goes inside one, Enter opens its replies.
//   feed       a FeedModel
//   invitation what stands above the cards (the shell gives a ComposerCard): a Component whose item
//              has enter() and the signal leaving()
//   mayWrite   false in a circle one has left
//   mayInvite  shows "Invite someone" while the circle is empty
//   alone      nobody else has come in yet
//   selected   the post whose thread is open
// Signals: opened(post, reply) · compose(kind), "" for any kind · invite()
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: view

    required property FeedModel feed
    property Component invitation: null
    property bool mayWrite: true
    property bool mayInvite: false
    property bool alone: true
    property string selected: ""

    readonly property bool catchingUp: feed.catchingUp !== ""
    readonly property bool empty: feed.loaded && feed.count === 0 && !catchingUp
    readonly property real column: Math.min(width - 2 * Theme.space7, Theme.feedWidth)

    signal opened(string post, bool reply)
    signal compose(string kind)
    signal invite

    function toList(): void {
        stop.forceActiveFocus(Qt.TabFocusReason);
    }

    Binding {
        view.feed.looking: view.visible && view.Window.active
    }
    Connections {
        target: view.feed

        function onRowsAboutToBeInserted(): void {
            list.hold();
            list.begin();
        }
        function onModelAboutToBeReset(): void {
            list.begin();
        }
        function onArrived(words: string): void {
            list.Accessible.announce(words);
        }
    }
    Keys.onPressed: event => {
        if (event.key === Qt.Key_N && event.modifiers === Qt.ControlModifier && view.mayWrite) {
            event.accepted = true;
            view.compose("");
        }
    }

    // The one tab stop. Not the list itself: that is a focus scope, and would hand the focus on to
    // whatever was pressed inside it last. Keys pressed inside a card come up to here as well.
    Item {
        id: stop

        // A frame after a mouse press would only say where the pointer is.
        property bool keyed: true

        objectName: "feed"
        anchors.fill: parent
        anchors.bottomMargin: coming.visible ? coming.height : 0
        activeFocusOnTab: true
        focus: true
        visible: !view.empty
        Accessible.role: Accessible.Pane
        Accessible.name: qsTr("Posts")
        Accessible.focusable: true
        Keys.onReleased: keyed = true
        onActiveFocusChanged: keyed = !list.pressed

        Keys.onPressed: event => {
            if (event.modifiers & (Qt.AltModifier | Qt.MetaModifier))
                return;
            const ctrl = event.modifiers & Qt.ControlModifier;
            event.accepted = true;
            if (ctrl && event.key === Qt.Key_M || !ctrl && event.key === Qt.Key_R) {
                if (list.currentItem)
                    list.currentItem.opened(true);
            } else if (ctrl) {
                event.accepted = false;
            } else if (event.key === Qt.Key_J || event.key === Qt.Key_Down) {
                list.go(list.currentIndex + 1);
            } else if (event.key === Qt.Key_K || event.key === Qt.Key_Up) {
                if (list.currentIndex > 0)
                    list.go(list.currentIndex - 1);
                else if (view.mayWrite)
                    list.headerItem.enter();
            } else if (event.key === Qt.Key_Escape && !activeFocus) {
                view.toList();
            } else if (event.key === Qt.Key_N) {
                list.go(view.feed.nextNew(list.currentIndex));
            } else if (event.key === Qt.Key_Home) {
                list.go(0);
            } else if (event.key === Qt.Key_End) {
                list.go(list.count - 1);
            } else if (event.key === Qt.Key_PageDown || event.key === Qt.Key_Space) {
                list.contentY = Math.min(list.contentY + list.height * 0.8, Math.max(list.originY, list.originY + list.contentHeight - list.height));
            } else if (event.key === Qt.Key_PageUp) {
                list.contentY = Math.max(list.contentY - list.height * 0.8, list.originY);
            } else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter) {
                if (list.currentItem)
                    list.currentItem.opened(false);
            } else {
                event.accepted = false;
            }
        }
        Keys.onTabPressed: event => {
            if (activeFocus && list.currentItem)
                list.currentItem.enter();
            else
                event.accepted = false;
        }
        Keys.onBacktabPressed: event => {
            if (activeFocus && view.mayWrite)
                list.headerItem.enter();
            else
                event.accepted = false;
        }

        ListView {
            id: list

            property bool pressed: false
            property var held: null
            // Where all is new, the cards further down are made a few frames later than the first:
            // together they would hold up everything else.
            property real later: 0

            objectName: "posts"
            anchors.fill: parent
            anchors.bottomMargin: later
            activeFocusOnTab: false
            model: view.feed
            clip: true
            spacing: 14
            cacheBuffer: later > 0 ? 0 : 800
            boundsBehavior: Flickable.StopAtBounds
            pixelAligned: true
            keyNavigationEnabled: false
            highlightFollowsCurrentItem: false
            currentIndex: 0
            Basic.ScrollBar.vertical: Scroller {}
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Posts")

            // The first post begins where the header ends, which is not at zero once rows came above.
            readonly property bool atTop: contentY <= originY + 40
            onAtTopChanged: view.feed.setAtTop(atTop)

            function begin(): void {
                if (count === 0)
                    later = Math.max(0, stop.height - Theme.px(280));
            }

            Timer {
                interval: 1
                repeat: true
                running: list.later > 0
                onTriggered: list.later = Math.max(0, list.later - Theme.px(240))
            }

            // New rows and the dividers they bring change what lies above: what is read stays put.
            function hold(): void {
                const item = atTop || held ? null : itemAtIndex(indexAt(width / 2, contentY + height / 3));
                if (item) {
                    held = {
                        post: item.post,
                        y: item.y - contentY
                    };
                    Qt.callLater(settle);
                }
            }

            function settle(): void {
                forceLayout();
                const item = itemAtIndex(view.feed.placeOf(held.post));
                if (item)
                    contentY = item.y - held.y;
                held = null;
            }

            function go(place: int): void {
                if (place < 0 || place >= count)
                    return;
                currentIndex = place;
                // The first and the last are shown with what stands above and below all of them.
                if (place === 0)
                    positionViewAtBeginning();
                else if (place === count - 1)
                    positionViewAtEnd();
                else
                    positionViewAtIndex(place, ListView.Contain);
            }

            header: Item {
                function enter(): void {
                    if (share.item) {
                        share.item.enter();
                        list.positionViewAtBeginning();
                    }
                }

                // Where the top was in sight it stays in sight while the text grows.
                property real before: height
                onHeightChanged: {
                    if (list.contentY <= 40 - before)
                        Qt.callLater(list.positionViewAtBeginning);
                    before = height;
                }
                width: list.width
                implicitHeight: Theme.space5 + (share.item ? share.height + list.spacing : 0)

                Loader {
                    id: share

                    x: Math.round((parent.width - width) / 2)
                    y: Theme.space5
                    width: view.column
                    sourceComponent: view.mayWrite ? view.invitation : null
                }
                Connections {
                    target: share.item
                    ignoreUnknownSignals: true

                    function onLeaving(): void {
                        view.toList();
                    }
                }
            }
            delegate: PostCard {
                objectName: "post"
                width: list.width
                height: implicitHeight
                column: view.column
                current: ListView.isCurrentItem
                focused: current && stop.activeFocus && stop.keyed
                selected: view.selected === post
                onOpened: reply => view.opened(post, reply)
                onShown: view.feed.show(post)
                onChosen: {
                    list.pressed = true;
                    list.currentIndex = index;
                    stop.forceActiveFocus(Qt.MouseFocusReason);
                    stop.keyed = false;
                    list.pressed = false;
                }
            }
            footer: Item {
                width: list.width
                implicitHeight: foot.implicitHeight + 2 * Theme.space6

                ColumnLayout {
                    id: foot

                    x: Math.round((parent.width - width) / 2)
                    y: Theme.space6
                    width: view.column
                    spacing: Theme.space3

                    Skeleton {
                        Layout.fillWidth: true
                        Layout.topMargin: -Theme.space6
                        waiting: !view.feed.loaded && view.feed.trouble === ""
                    }
                    Banner {
                        objectName: "feedTrouble"
                        Layout.fillWidth: true
                        visible: view.feed.trouble !== ""
                        kind: "attention"
                        text: view.feed.trouble
                        action: qsTr("Try again")
                        onActed: view.feed.tryAgain()
                    }
                    Button {
                        objectName: "showEarlier"
                        Layout.alignment: Qt.AlignHCenter
                        visible: view.feed.more
                        kind: "pill"
                        text: qsTr("Show earlier")
                        onClicked: view.feed.showEarlier()
                    }
                    Label {
                        objectName: "caughtUp"
                        Layout.fillWidth: true
                        visible: view.feed.loaded && !view.feed.more && view.feed.count > 0
                                 && !view.catchingUp
                        style: "caption"
                        text: view.mayWrite ? qsTr("You're all caught up. See you next time.") : qsTr("This is all that has arrived here.")
                        color: Theme.text2
                        horizontalAlignment: Text.AlignHCenter
                    }
                }
            }
        }
    }
    // At the foot, so that nothing that is being read moves.
    Item {
        id: coming

        objectName: "catchingUp"
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        height: line.implicitHeight + 2 * Theme.space2
        visible: view.catchingUp
        Accessible.role: Accessible.StaticText
        Accessible.name: view.feed.catchingUp

        Rectangle {
            width: parent.width
            height: 1
            color: Theme.divider
        }
        RowLayout {
            id: line

            anchors.centerIn: parent
            spacing: Theme.space2

            Icon {
                name: "arrows-clockwise"
                size: Theme.iconSm
                color: Theme.text2
            }
            Label {
                style: "caption"
                text: view.feed.catchingUp
                color: Theme.text2
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
        }
    }
    Button {
        objectName: "newAbove"
        anchors.horizontalCenter: parent.horizontalCenter
        y: Theme.space3
        visible: view.feed.above > 0
        kind: "pill"
        glyph: "arrow-up"
        text: qsTr("%1 new above").arg(view.feed.above)
        onClicked: {
            list.go(0);
            stop.forceActiveFocus(Qt.OtherFocusReason);
        }
    }
    Loader {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -Math.round(parent.height * 0.06)
        width: Math.min(parent.width - 2 * Theme.space6, Theme.px(640))
        active: view.empty
        sourceComponent: EmptyState {
            objectName: "emptyCircle"
            key: view.feed.me
            hue: view.feed.myHue
            seats: view.mayWrite ? 3 : 0
            title: view.mayWrite ? qsTr("It's quiet here, and that's all right.") : qsTr("There is nothing to read here.")
            text: {
                if (!view.mayWrite)
                    return qsTr("No posts had arrived on this computer.");
                if (view.alone)
                    return qsTr("This circle is new. A good first step is a sentence about who it's for.");
                return qsTr("No posts have arrived on this computer yet. Yours can be the first.");
            }
            actions: [
                Button {
                    objectName: "writeWelcome"
                    visible: view.mayWrite
                    kind: "primary"
                    text: qsTr("Write a welcome")
                    onClicked: view.compose("story")
                },
                Button {
                    objectName: "inviteFromEmpty"
                    visible: view.mayInvite
                    kind: "pill"
                    glyph: "user-plus"
                    text: qsTr("Invite someone")
                    onClicked: view.invite()
                }
            ]
        }
    }
}
