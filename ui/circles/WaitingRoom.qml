// The room before the door: what the circle asks, what a join waits for, live, and a way to stop it.
// Waiting has no primary button.
//   model: Waiting; putAway(join): a refusal has been read
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

Flickable {
    id: page

    required property Waiting model
    readonly property bool beside: width / Theme.scale >= 860

    signal putAway(join: string)

    // What has the focus is in sight.
    function reveal(item: Item): void {
        let inside = item;
        while (inside && inside !== grid)
            inside = inside.parent;
        if (!inside)
            return;
        const top = item.mapToItem(contentItem, 0, 0).y;
        if (top < contentY)
            contentY = Math.max(0, top - Theme.space5);
        else if (top + item.height > contentY + height)
            contentY = Math.min(contentHeight - height, top + item.height + Theme.space5 - height);
    }

    // The form goes once the home has the answers; the focus must not go with it.
    Connections {
        target: page.model.answering

        function onDone(): void {
            stop.forceActiveFocus(Qt.TabFocusReason);
        }
    }
    Connections {
        target: page.Window.window

        function onActiveFocusItemChanged(): void {
            if (page.Window.activeFocusItem)
                page.reveal(page.Window.activeFocusItem);
        }
    }
    contentWidth: width
    contentHeight: grid.height + Theme.space8 + Theme.space6
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    Basic.ScrollBar.vertical: Scroller {}

    GridLayout {
        id: grid

        x: Math.max(Theme.space6, Math.round((page.width - width) / 2))
        y: Theme.space7 + 4
        width: Math.min(page.width - 2 * Theme.space6, Theme.px(1060))
        columns: page.beside ? 2 : 1
        columnSpacing: Theme.space7 + 4
        rowSpacing: Theme.space5

        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop
            spacing: Theme.space4

            Label {
                objectName: "waitingTitle"
                Layout.fillWidth: true
                style: "display"
                text: page.model.title
                Accessible.role: Accessible.Heading
            }
            Label {
                objectName: "waitingFor"
                Layout.fillWidth: true
                text: page.model.waitingFor
                color: Theme.text2

                // Read out when it changes, not when one merely comes by.
                Connections {
                    target: page.model

                    function onWaitingForChanged(): void {
                        if (page.model.waitingFor !== "")
                            page.Accessible.announce(page.model.waitingFor);
                    }
                }
            }
            Card {
                objectName: "hostsNote"
                Layout.fillWidth: true
                visible: page.model.note !== ""
                spacing: Theme.space2

                Label {
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: qsTr("What a host said")
                }
                Label {
                    Layout.fillWidth: true
                    style: "story"
                    text: qsTr("“%1”").arg(page.model.note)
                }
            }
            Loader {
                id: form

                Layout.fillWidth: true
                active: page.model.asks
                visible: active
                sourceComponent: AnswerForm {
                    waiting: page.model
                }
            }
            Card {
                objectName: "steps"
                Layout.fillWidth: true
                visible: !page.model.refused && !page.model.asks
                spacing: Theme.space4
                Accessible.role: Accessible.List
                Accessible.name: qsTr("The way in")

                Stage {
                    Layout.fillWidth: true
                    progress: page.model.known ? "done" : "now"
                    title: page.model.known ? qsTr("Invite read") : qsTr("Looking for someone in the circle")
                    text: {
                        if (page.model.known)
                            return page.model.inviter === "" ? "" : qsTr("From %1.").arg(page.model.inviter);
                        return qsTr("Hearthside tries again by itself until you stop it.");
                    }
                }
                Stage {
                    Layout.fillWidth: true
                    progress: page.model.knocked ? "done" : "next"
                    title: page.model.knocked ? qsTr("You've knocked") : qsTr("You knock")
                    text: page.model.since === "" ? "" : qsTr("Since %1.").arg(page.model.since)
                }
                Stage {
                    Layout.fillWidth: true
                    progress: page.model.knocked ? "now" : "next"
                    title: page.model.withHost ? qsTr("A host has it before them") : qsTr("Someone opens the door")
                    text: {
                        if (page.model.withHost)
                            return qsTr("They read it and decide. You needn't be here together.");
                        return page.model.knocked ? qsTr("Hearthside tries again by itself until you stop it.") : "";
                    }
                }
                Stage {
                    Layout.fillWidth: true
                    progress: "next"
                    title: qsTr("The circle's posts arrive")
                    text: qsTr("You can read while the rest follow.")
                }
            }
            RowLayout {
                Layout.fillWidth: true
                visible: !page.model.refused && !page.model.asks
                spacing: Theme.space3

                Icon {
                    name: "moon"
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: qsTr("Leave Hearthside open. It goes on knocking while it is unlocked, also after a restart.")
                    color: Theme.text2
                }
            }
            Button {
                id: stop

                objectName: "stopKnocking"
                visible: !page.model.refused
                Layout.alignment: Qt.AlignRight
                kind: "quiet"
                text: qsTr("Stop knocking")
                busy: page.model.stopping
                onClicked: page.model.stop()
            }
            Button {
                objectName: "putAway"
                visible: page.model.refused
                text: qsTr("Put this away")
                onClicked: page.putAway(page.model.join)
            }
        }
        Card {
            Layout.preferredWidth: page.beside ? Theme.px(356) : -1
            Layout.fillWidth: !page.beside
            Layout.alignment: Qt.AlignTop
            padding: Theme.space6
            verticalPadding: Theme.space5
            spacing: Theme.space3

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space3

                CircleMark {
                    key: page.model.seed
                    size: Theme.avatarMd
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    Label {
                        objectName: "waitingCircle"
                        Layout.fillWidth: true
                        style: "heading"
                        font.family: Theme.titleFont.family
                        text: page.model.known ? page.model.circleName : qsTr("A circle")
                    }
                    Label {
                        Layout.fillWidth: true
                        style: "caption"
                        text: page.model.known ? qsTr("The circle you're asking to join") : qsTr("Its name comes with the first answer")
                        color: Theme.text2
                    }
                }
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                style: "story"
                text: page.model.about
            }
            Label {
                Layout.fillWidth: true
                visible: page.model.inviter !== ""
                style: "label"
                text: qsTr("Invited by %1").arg(page.model.inviter)
                color: Theme.text2
            }
            Divider {
                Layout.fillWidth: true
                visible: promise.visible
            }
            PromiseList {
                id: promise

                Layout.fillWidth: true
                // While it is to be agreed to it stands beside the choice.
                visible: page.model.promise.length > 0 && !page.model.asksPromise
                lines: page.model.promise
            }
            Divider {
                Layout.fillWidth: true
            }
            Label {
                Layout.fillWidth: true
                style: "label"
                strong: true
                text: qsTr("What they see of you")
            }
            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space3

                Avatar {
                    key: page.model.displayName
                    size: Theme.avatarSm
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    Label {
                        Layout.fillWidth: true
                        style: "label"
                        strong: true
                        text: page.model.displayName
                    }
                    Label {
                        Layout.fillWidth: true
                        style: "caption"
                        text: qsTr("A name only for this circle")
                        color: Theme.text2
                    }
                }
            }
        }
    }
}
