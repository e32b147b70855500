// What hosts set and all can read: one page of cards, with anchors above it.
//   settings: CircleSettings; invites: a Component that fills a card (the shell gives it)
//   enter() puts the focus on the anchors
// Signal: leaving()
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: page

    required property CircleSettings settings
    property Component invites: null
    readonly property bool roomy: column.width >= Theme.px(840)
    readonly property var cards: ({
            promise: promise,
            circle: about,
            hosts: hosts,
            door: door,
            newcomers: newcomers,
            words: words,
            invites: invited,
            leave: leave
        })

    signal leaving

    function enter(): void {
        if (settings.loaded)
            tabs.enter();
        else
            forceActiveFocus(Qt.TabFocusReason);
    }
    function to(key: string, keyed: bool): void {
        const card = cards[key];
        tabs.current = key;
        // The foot of the page may have no room to come up to its top.
        const top = card.mapToItem(column, 0, 0).y + column.y - Theme.space4;
        view.contentY = Math.max(0, Math.min(top, view.contentHeight - view.height));
        card.enter(keyed ? Qt.TabFocusReason : Qt.MouseFocusReason);
    }
    // What has the focus is in sight.
    function reveal(item: Item): void {
        let inside = item;
        while (inside && inside !== column)
            inside = inside.parent;
        if (!inside)
            return;
        const top = item.mapToItem(column, 0, 0).y + column.y;
        if (top < view.contentY)
            view.contentY = Math.max(0, top - Theme.space5);
        else if (top + item.height > view.contentY + view.height && item.height < view.height)
            view.contentY = Math.min(view.contentHeight - view.height, top + item.height + Theme.space5 - view.height);
    }

    Connections {
        target: page.Window.window

        function onActiveFocusItemChanged(): void {
            page.reveal(page.Window.activeFocusItem);
        }
    }
    Flickable {
        id: view

        objectName: "settingsView"
        anchors.fill: parent
        contentWidth: width
        contentHeight: column.height + Theme.space5 + Theme.space7
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        Basic.ScrollBar.vertical: Scroller {}

        ColumnLayout {
            id: column

            x: Math.round((view.width - width) / 2)
            y: Theme.space5
            width: Math.min(view.width - 2 * Theme.space6, Theme.px(1060))
            spacing: Theme.space4

            Banner {
                objectName: "settingsTrouble"
                Layout.fillWidth: true
                visible: page.settings.trouble !== ""
                kind: "attention"
                text: page.settings.trouble
                action: qsTr("Try again")
                onActed: page.settings.refresh()
            }
            Skeleton {
                Layout.fillWidth: true
                waiting: !page.settings.loaded && page.settings.trouble === ""
            }
            Tabs {
                id: tabs

                Layout.fillWidth: true
                visible: page.settings.loaded
                current: "promise"
                model: [
                    {key: "promise", text: qsTr("Promise")},
                    {key: "circle", text: qsTr("The circle")},
                    {key: "hosts", text: qsTr("Hosts")},
                    {key: "door", text: qsTr("Coming in")},
                    {key: "newcomers", text: qsTr("Newcomers")},
                    {key: "words", text: qsTr("How long words stay")},
                    {key: "invites", text: qsTr("Invites")},
                    {key: "leave", text: qsTr("Leaving")}
                ]
                onChosen: (key, keyed) => page.to(key, keyed)
            }
            GridLayout {
                Layout.fillWidth: true
                visible: page.settings.loaded
                columns: page.roomy ? 2 : 1
                columnSpacing: 14
                rowSpacing: 14
                uniformCellWidths: true

                ColumnLayout {
                    Layout.fillWidth: true
                    Layout.alignment: Qt.AlignTop
                    spacing: 14

                    PromiseCard {
                        id: promise

                        objectName: "promiseCard"
                        Layout.fillWidth: true
                        settings: page.settings
                    }
                    CircleCard {
                        id: about

                        objectName: "circleCard"
                        Layout.fillWidth: true
                        settings: page.settings
                    }
                    HostsCard {
                        id: hosts

                        objectName: "hostsCard"
                        Layout.fillWidth: true
                        settings: page.settings
                    }
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    Layout.alignment: Qt.AlignTop
                    spacing: 14

                    DoorCard {
                        id: door

                        objectName: "doorCard"
                        Layout.fillWidth: true
                        settings: page.settings
                    }
                    SettingsCard {
                        id: newcomers

                        objectName: "newcomersCard"
                        Layout.fillWidth: true
                        title: qsTr("What newcomers read")

                        Label {
                            objectName: "newcomersRead"
                            Layout.fillWidth: true
                            text: page.settings.newcomers
                        }
                        Label {
                            Layout.fillWidth: true
                            style: "caption"
                            text: page.settings.fixed
                            color: Theme.text2
                        }
                    }
                    KeepCard {
                        id: words

                        objectName: "wordsCard"
                        Layout.fillWidth: true
                        settings: page.settings
                    }
                    Loader {
                        id: invited

                        function enter(reason: int): void {
                            if (item)
                                item.enter(reason);
                        }

                        Layout.fillWidth: true
                        active: page.invites !== null
                        sourceComponent: page.invites
                    }
                    SettingsCard {
                        id: leave

                        objectName: "leaveCard"
                        Layout.fillWidth: true
                        title: qsTr("Leaving")
                        glyph: "sign-out"
                        action: qsTr("Leave…")
                        onActed: page.leaving()

                        Label {
                            Layout.fillWidth: true
                            text: qsTr("You choose whether this computer keeps what has arrived. What you shared stays with the others.")
                        }
                    }
                }
            }
        }
    }
}
