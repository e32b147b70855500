// Me, my circles, the connection, Lock. Its middle scrolls; below 900 px it is a rail of 64.
//   shell: Shell; compact
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import connection
import theme

FocusScope {
    id: side

    required property Shell shell
    property bool compact: false
    property bool keyed: false // the pill was pressed by a key
    readonly property real edge: compact ? 6 : Theme.space3
    readonly property var rooms: [
        {page: "home", glyph: "house", text: qsTr("Home"), spoken: qsTr("Home of %1")},
        {page: "people", glyph: "users-three", text: qsTr("People"), spoken: qsTr("People of %1")},
        {page: "log", glyph: "scroll", text: qsTr("Open log"), spoken: qsTr("Open log of %1")},
        {page: "invites", glyph: "envelope-simple", text: qsTr("Invites"), spoken: qsTr("Invites of %1"), inside: true},
        {page: "door", glyph: "door-open", text: qsTr("At the door"), spoken: qsTr("At the door of %1"), inside: true},
        {page: "settings", glyph: "gear", text: qsTr("Circle settings"), spoken: qsTr("Circle settings of %1"), inside: true}
    ]

    function enter(): void {
        const row = list.currentItem;
        if (row)
            row.forceActiveFocus(Qt.TabFocusReason);
        else
            more.forceActiveFocus(Qt.TabFocusReason);
    }

    implicitWidth: compact ? 64 : Math.round(Theme.sidebar * (1 + (Theme.scale - 1) / 2))
    Accessible.role: Accessible.Pane
    Accessible.name: qsTr("Circles and connection")

    Rectangle {
        anchors.fill: parent
        color: Theme.bgSide
    }
    ColumnLayout {
        anchors.fill: parent
        anchors.rightMargin: 1
        spacing: 0

        RowLayout {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space4
            Layout.bottomMargin: Theme.space3 + 2
            Layout.leftMargin: side.compact ? (64 - Theme.avatarSm) / 2 : Theme.space4
            Layout.rightMargin: side.compact ? 0 : Theme.space3
            Layout.minimumHeight: Theme.avatarSm + 4
            spacing: Theme.space3 - 2
            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("You are %1, on this computer").arg(side.shell.name)

            Avatar {
                Layout.alignment: side.compact ? Qt.AlignHCenter : Qt.AlignVCenter
                key: side.shell.room.me !== "" ? side.shell.room.me : side.shell.name
                hue: side.shell.room.me !== "" ? side.shell.room.myHue : -1
                size: Theme.avatarSm
            }
            ColumnLayout {
                Layout.fillWidth: true
                visible: !side.compact
                spacing: 0

                Label {
                    objectName: "me"
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: side.shell.name
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
                Label {
                    Layout.fillWidth: true
                    style: "micro"
                    text: qsTr("This computer")
                    color: Theme.text2
                    wrapMode: Text.NoWrap
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
            }
        }
        Label {
            Layout.leftMargin: Theme.space5
            Layout.bottomMargin: Theme.space2
            visible: !side.compact
            style: "micro"
            font.weight: Font.DemiBold
            text: qsTr("Circles")
            color: Theme.text2
            Accessible.role: Accessible.Heading
        }
        ListView {
            id: list

            objectName: "circles"
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.leftMargin: side.edge
            Layout.rightMargin: side.edge
            model: side.shell.circles
            clip: true
            spacing: 2
            boundsBehavior: Flickable.StopAtBounds
            keyNavigationEnabled: false
            Basic.ScrollBar.vertical: Scroller {
                parent: list
                x: list.width
                height: list.height
            }
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Circles")

            function go(place: int): void {
                if (place < 0 || place >= count)
                    return;
                currentIndex = place;
                positionViewAtIndex(place, ListView.Contain);
                currentItem.forceActiveFocus(Qt.TabFocusReason);
            }

            delegate: FocusScope {
                id: entry

                required property string row
                required property string kind
                required property string key
                required property string name
                required property string line
                required property int unread
                required property int requests
                required property int index
                readonly property bool chosen: side.shell.current === row
                // Only where somebody waits for the reader; while it is open it stays.
                readonly property bool door: kind === "circle" && (requests > 0 || chosen && side.shell.rooms.page === "door")

                onChosenChanged: if (chosen) list.currentIndex = index
                Component.onCompleted: if (chosen) list.currentIndex = index
                width: list.width
                implicitHeight: column.implicitHeight
                Accessible.role: Accessible.ListItem
                Accessible.name: button.Accessible.name

                ColumnLayout {
                    id: column

                    width: parent.width
                    spacing: 0

                    CircleRow {
                        id: button

                        objectName: "circle"
                        Layout.fillWidth: true
                        focus: true
                        // One tab stop for the whole list; arrows move in it.
                        focusPolicy: Qt.ClickFocus
                        activeFocusOnTab: list.currentIndex === entry.index
                        key: entry.key
                        name: entry.name
                        line: entry.line
                        unread: entry.unread
                        selected: entry.chosen
                        waiting: entry.kind !== "circle"
                        compact: side.compact
                        onClicked: side.shell.select(entry.row)
                        Keys.onDownPressed: list.go(entry.index + 1)
                        Keys.onUpPressed: list.go(entry.index - 1)

                        // The rail has no room for "3 new": its row says it in its name and tip.
                        Rectangle {
                            anchors.right: parent.right
                            anchors.top: parent.top
                            anchors.margins: 2
                            width: 10
                            height: 10
                            radius: 5
                            visible: side.compact && entry.unread > 0
                            color: Theme.primary
                        }
                    }
                    Repeater {
                        model: entry.chosen ? side.rooms : []

                        NavRow {
                            required property var modelData
                            readonly property string page: side.shell.rooms.page

                            objectName: modelData.page
                            Layout.fillWidth: !side.compact
                            Layout.alignment: Qt.AlignHCenter
                            Layout.leftMargin: side.compact ? 0 : Theme.space5
                            Layout.topMargin: modelData.page === "home" ? Theme.space2 : 0
                            Layout.bottomMargin: modelData.page === "settings" ? Theme.space3 : 2
                            visible: {
                                if (modelData.page === "door")
                                    return entry.door;
                                return entry.kind === "circle" || entry.kind === "archived" && !modelData.inside;
                            }
                            glyph: modelData.glyph
                            text: modelData.text
                            note: modelData.page === "door" && entry.requests > 0 ? String(entry.requests) : ""
                            Accessible.name: note === "" ? modelData.spoken.arg(entry.name) : qsTr("%1, %2 waiting").arg(modelData.spoken.arg(entry.name)).arg(note)
                            selected: side.shell.place !== "connection" && page === modelData.page || side.shell.place !== "connection" && page === "person" && modelData.page === "people"
                            compact: side.compact
                            onClicked: {
                                side.shell.reach.close();
                                if (modelData.page === "home")
                                    side.shell.home();
                                else
                                    side.shell.rooms.go(modelData.page);
                            }
                        }
                    }
                }
            }
            footer: Item {
                width: list.width
                implicitHeight: more.implicitHeight + Theme.space2

                NavRow {
                    id: more

                    objectName: "newOrJoin"
                    width: side.compact ? implicitWidth : parent.width
                    anchors.horizontalCenter: parent.horizontalCenter
                    y: Theme.space1
                    glyph: "plus"
                    text: qsTr("New or join a circle")
                    compact: side.compact
                    hoverEnabled: !menu.visible
                    onClicked: menu.popup(more, 0, more.height + 2)

                    PopMenu {
                        id: menu

                        PopMenu.Entry {
                            objectName: "menuJoin"
                            glyph: "envelope-simple"
                            text: qsTr("I have an invite")
                            onTriggered: side.shell.join()
                        }
                        PopMenu.Entry {
                            objectName: "menuBegin"
                            glyph: "users-three"
                            text: qsTr("Begin a circle")
                            onTriggered: side.shell.begin()
                        }
                    }
                }
            }
        }
        NavRow {
            id: goodbye

            objectName: "goodbye"
            Layout.fillWidth: !side.compact
            Layout.alignment: Qt.AlignHCenter
            Layout.leftMargin: side.edge
            Layout.rightMargin: side.edge
            visible: side.shell.goodbyes.count > 0
            glyph: "hand-waving"
            text: side.shell.goodbyes.line
            lines: 2
            compact: side.compact
            onClicked: forgetting.open()

            PopMenu {
                id: forgetting

                // Above the row, however high it turns out to be.
                y: -height - 2

                PopMenu.Entry {
                    objectName: "menuForget"
                    glyph: "x"
                    text: side.shell.goodbyes.count > 1 ? qsTr("Forget them now, and tell nobody") : qsTr("Forget it now, and tell nobody")
                    onTriggered: side.shell.goodbyes.forget()
                }
            }
        }
        ConnectionPill {
            objectName: "connection"
            Layout.fillWidth: !side.compact
            Layout.alignment: Qt.AlignHCenter
            Layout.leftMargin: side.edge
            Layout.rightMargin: side.edge
            Layout.topMargin: Theme.space2
            model: side.shell.connection
            selected: side.shell.place === "connection"
            compact: side.compact
            onClicked: {
                side.keyed = visualFocus;
                side.shell.reach.show();
            }
        }
        NavRow {
            objectName: "lock"
            Layout.fillWidth: !side.compact
            Layout.alignment: Qt.AlignHCenter
            Layout.leftMargin: side.edge
            Layout.rightMargin: side.edge
            Layout.topMargin: Theme.space2
            Layout.bottomMargin: Theme.space3
            glyph: "lock"
            text: qsTr("Lock")
            keys: "Ctrl+L"
            compact: side.compact
            onClicked: side.shell.lock()
        }
    }
    Rectangle {
        anchors.right: parent.right
        width: 1
        height: parent.height
        color: Theme.border
    }
}
