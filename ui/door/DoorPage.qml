// Who asks to come in. Closed until one looks: nothing of a stranger comes by itself.
//   door: Door;  enter() puts the focus on the first thing that can be done
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: page

    required property Door door
    readonly property real column: Math.min(width - 2 * Theme.space6, Theme.feedWidth)
    readonly property bool empty: door.loaded && door.count === 0

    function enter(): void {
        if (page.empty) {
            nobody.forceActiveFocus(Qt.TabFocusReason);
            return;
        }
        const next = list.nextItemInFocusChain(true);
        if (next)
            next.forceActiveFocus(Qt.TabFocusReason);
    }
    // Whoever was answered has gone, or goes now: on with whoever stands in their place.
    function goOn(place: int): void {
        if (page.empty || list.count === 0) {
            nobody.forceActiveFocus(Qt.TabFocusReason);
            return;
        }
        list.currentIndex = Math.min(place, list.count - 1);
        list.positionViewAtIndex(list.currentIndex, ListView.Contain);
        if (list.currentItem)
            list.currentItem.enter();
    }

    property int answeredAt: -1 // where somebody stood who was answered

    Connections {
        target: page.door

        function onDecided(place: int): void {
            page.answeredAt = place;
        }
        function onRead(): void {
            if (page.answeredAt >= 0)
                Qt.callLater(page.goOn, page.answeredAt);
            page.answeredAt = -1;
        }
    }
    ListView {
        id: list

        objectName: "door"
        anchors.fill: parent
        visible: !page.empty
        model: page.door
        clip: true
        spacing: Theme.space3
        topMargin: Theme.space5
        bottomMargin: Theme.space6
        keyNavigationEnabled: false
        boundsBehavior: Flickable.StopAtBounds
        cacheBuffer: 800
        Basic.ScrollBar.vertical: Scroller {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Who asks to come in")

        header: Item {
            width: list.width
            implicitHeight: top.implicitHeight + Theme.space4
            visible: page.door.loaded

            Label {
                id: top

                x: Math.round((parent.width - width) / 2)
                width: page.column
                style: "caption"
                text: qsTr("Whoever may decide is shown this. What somebody says here is forgotten on this computer once you have decided, or they are in.")
                color: Theme.text2
            }
        }
        delegate: RequestCard {
            width: list.width
            column: page.column
            count: list.count
            typed: page.door.typed(request)
            onLooked: page.door.look(request)
            onLetIn: page.door.letIn(request)
            onDeclined: page.door.decline(request)
            onAskingBack: page.door.ask(request)
            onTyping: words => page.door.type(request, words)
            onAskedBack: page.door.askBack(request)
            onReached: item => list.reveal(item)
        }
        footer: ColumnLayout {
            x: Math.round((list.width - page.column) / 2)
            width: page.column

            Skeleton {
                Layout.fillWidth: true
                waiting: !page.door.loaded && page.door.trouble === ""
            }
            Banner {
                objectName: "doorTrouble"
                Layout.fillWidth: true
                Layout.topMargin: Theme.space4
                visible: page.door.trouble !== ""
                kind: "attention"
                text: page.door.trouble
                action: qsTr("Try again")
                onActed: page.door.refresh()
            }
        }

        // What has the focus is in sight; a card may be taller than the window.
        function reveal(item: Item): void {
            const top = item.mapToItem(contentItem, 0, 0).y;
            if (top < contentY)
                contentY = Math.max(originY - topMargin, top - Theme.space5);
            else if (top + item.height > contentY + height)
                contentY = top + item.height + Theme.space5 - height;
        }
    }
    FocusScope {
        id: nobody

        objectName: "nobodyAtTheDoor"
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.space6, Theme.px(560))
        height: words.implicitHeight
        visible: page.empty
        activeFocusOnTab: page.empty
        Accessible.role: Accessible.StaticText
        Accessible.focusable: true
        Accessible.name: words.title + " " + words.text

        EmptyState {
            id: words

            width: parent.width
            seats: 0
            title: qsTr("Nobody is at the door.")
            text: qsTr("Whoever asks to come in will stand here until somebody has decided. Nobody has to hurry.")
        }
    }
}
