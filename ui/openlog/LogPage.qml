// The open log: whole sentences, newest first, a heading for each day. One tab stop; arrows move.
//   log: OpenLog;  enter() puts the focus on the list
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: page

    required property OpenLog log
    readonly property real column: Math.min(width - 2 * Theme.space6, Theme.feedWidth)

    function enter(): void {
        stop.forceActiveFocus(Qt.TabFocusReason);
    }

    // The tab stop is not the list, which is a focus scope of its own.
    Item {
        id: stop

        objectName: "log"
        anchors.fill: parent
        activeFocusOnTab: true
        focus: true
        Accessible.role: Accessible.Pane
        Accessible.name: qsTr("Open log")
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
                list.go(0);
            else if (event.key === Qt.Key_End)
                list.go(list.count - 1);
            else
                event.accepted = false;
        }

        ListView {
            id: list

            anchors.fill: parent
            activeFocusOnTab: false
            model: page.log
            clip: true
            topMargin: Theme.space2
            bottomMargin: Theme.space6
            currentIndex: 0
            keyNavigationEnabled: false
            highlightFollowsCurrentItem: false
            boundsBehavior: Flickable.StopAtBounds
            cacheBuffer: 400
            Basic.ScrollBar.vertical: Scroller {}
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Open log")

            function go(place: int): void {
                if (place < 0 || place >= count)
                    return;
                currentIndex = place;
                positionViewAtIndex(place, ListView.Contain);
                if (place === 0)
                    positionViewAtBeginning();
            }

            delegate: LogRow {
                objectName: "logRow"
                width: list.width
                height: implicitHeight
                column: page.column
                count: list.count
                focused: ListView.isCurrentItem && stop.activeFocus
                onChosen: {
                    list.currentIndex = index;
                    stop.forceActiveFocus(Qt.MouseFocusReason);
                }
            }
            footer: ColumnLayout {
                x: Math.round((list.width - page.column) / 2)
                width: page.column

                Skeleton {
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space3
                    waiting: !page.log.loaded && page.log.trouble === ""
                }
                Banner {
                    objectName: "logTrouble"
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.space4
                    visible: page.log.trouble !== ""
                    kind: "attention"
                    text: page.log.trouble
                    action: qsTr("Try again")
                    onActed: page.log.refresh()
                }
            }
        }
    }
    EmptyState {
        objectName: "emptyLog"
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.space6, Theme.px(560))
        visible: page.log.loaded && page.log.count === 0
        seats: 0
        title: qsTr("Nothing stands here yet.")
        text: qsTr("Whatever is done about people, roles and invites will stand here, with who did it and why.")
    }
}
