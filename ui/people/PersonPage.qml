// One person: who they are in this circle, what one may do about them, and what stands in the log.
//   person: Person; portraying: Portraying (of the reader); log: a Component that fills the last card (the shell gives it)
//   enter() puts the focus on the first thing that can be done
// Signal: removing()
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

FocusScope {
    id: page

    required property Person person
    required property Portraying portraying
    property Component log: null
    readonly property bool acts: person.roles.length > 0 || person.mayRemove

    signal removing

    function enter(): void {
        const next = view.nextItemInFocusChain(true);
        if (next)
            next.forceActiveFocus(Qt.TabFocusReason);
    }
    // What has the focus is in sight, also when the page grows around it; until one looks elsewhere.
    property Item followed: null
    function reveal(item: Item): void {
        if (!item)
            return;
        let inside = item;
        while (inside && inside !== column)
            inside = inside.parent;
        if (!inside)
            return;
        const top = item.mapToItem(column, 0, 0).y + column.y;
        if (top < view.contentY)
            view.contentY = Math.max(0, top - Theme.space5);
        else if (top + item.height > view.contentY + view.height)
            view.contentY = Math.min(view.contentHeight - view.height, top + item.height + Theme.space5 - view.height);
    }

    Connections {
        target: page.Window.window

        function onActiveFocusItemChanged(): void {
            page.followed = page.Window.activeFocusItem;
            page.reveal(page.followed);
        }
    }

    Flickable {
        id: view

        anchors.fill: parent
        contentWidth: width
        contentHeight: column.height + Theme.space5 + Theme.space7
        boundsBehavior: Flickable.StopAtBounds
        onMovementStarted: page.followed = null
        onContentHeightChanged: page.reveal(page.followed)
        clip: true
        Basic.ScrollBar.vertical: Scroller {}

        ColumnLayout {
            id: column

            x: Math.round((view.width - width) / 2)
            y: Theme.space5
            width: Math.min(view.width - 2 * Theme.space6, Theme.px(760))
            spacing: 14

            Card {
                Layout.fillWidth: true
                padding: Theme.space6
                verticalPadding: Theme.space5

                RowLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space5

                    Avatar {
                        Layout.alignment: Qt.AlignTop
                        key: page.person.key
                        hue: page.person.hue
                        size: Theme.avatarLg
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        Layout.alignment: Qt.AlignVCenter
                        spacing: Theme.space2

                        Label {
                            objectName: "personName"
                            Layout.fillWidth: true
                            style: "display"
                            text: page.person.name
                            Accessible.role: Accessible.Heading
                        }
                        RoleChip {
                            objectName: "personRole"
                            role: page.person.role
                            sign: page.person.icon
                        }
                        Label {
                            objectName: "personMeans"
                            Layout.fillWidth: true
                            style: "caption"
                            text: page.person.means
                            color: Theme.text2
                        }
                    }
                }
            }
            Card {
                Layout.fillWidth: true
                padding: Theme.space6
                verticalPadding: Theme.space5
                spacing: Theme.space4

                Label {
                    Layout.fillWidth: true
                    style: "heading"
                    text: qsTr("In this circle")
                    Accessible.role: Accessible.Heading
                }
                Fact {
                    Layout.fillWidth: true
                    visible: title !== ""
                    glyph: "door-open"
                    title: page.person.since
                }
                Fact {
                    Layout.fillWidth: true
                    visible: title !== ""
                    glyph: page.person.here ? "wifi-high" : "clock"
                    title: page.person.presence
                    text: page.person.here ? "" : qsTr("As far as this computer has seen.")
                }
            }
            Loader {
                Layout.fillWidth: true
                active: page.person.me
                visible: active
                sourceComponent: NameCard {
                    calling: page.person.calling
                }
            }
            Loader {
                Layout.fillWidth: true
                active: page.person.me
                visible: active
                sourceComponent: PictureCard {
                    portraying: page.portraying
                    key: page.person.key
                    hue: page.person.hue
                }
            }
            Card {
                objectName: "lookingAfter"
                Layout.fillWidth: true
                visible: page.acts || page.person.note !== ""
                padding: Theme.space6
                verticalPadding: Theme.space5
                spacing: Theme.space3

                Label {
                    Layout.fillWidth: true
                    style: "heading"
                    text: qsTr("Looking after the circle")
                    Accessible.role: Accessible.Heading
                }
                Label {
                    Layout.fillWidth: true
                    Layout.topMargin: -Theme.space2
                    visible: page.acts
                    style: "caption"
                    text: page.person.logged
                    color: Theme.text2
                }
                Label {
                    objectName: "personNote"
                    Layout.fillWidth: true
                    visible: text !== ""
                    style: "caption"
                    text: page.person.note
                    color: Theme.text2
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    visible: page.person.roles.length > 0
                    spacing: Theme.space2
                    Accessible.role: Accessible.Grouping
                    Accessible.name: qsTr("Role")

                    Repeater {
                        // By their number: a list made anew would take the focus away.
                        model: page.person.roles.length

                        Option {
                            required property int index
                            readonly property var choice: page.person.roles[index] ?? {}

                            objectName: "role_" + (choice.role ?? "")
                            Layout.fillWidth: true
                            text: choice.title ?? ""
                            detail: choice.text ?? ""
                            chosen: choice.chosen ?? false
                            enabled: !page.person.working
                            onClicked: page.person.choose(choice.role)
                            Keys.onDownPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                            Keys.onUpPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
                        }
                    }
                }
                Guidance {
                    objectName: "roleWarning"
                    Layout.fillWidth: true
                    visible: text !== ""
                    glyph: "warning-circle"
                    text: page.person.warning
                }
                Label {
                    objectName: "roleProblem"
                    Layout.fillWidth: true
                    visible: text !== ""
                    style: "caption"
                    text: page.person.problem
                    color: Theme.danger
                    onTextChanged: if (text !== "") Accessible.announce(text)
                }
                GridLayout {
                    Layout.fillWidth: true
                    visible: page.person.act !== "" || page.person.mayRemove
                    columns: give.implicitWidth + remove.implicitWidth + Theme.space5 < column.width - 2 * Theme.space6 ? 3 : 1
                    columnSpacing: Theme.space3
                    rowSpacing: Theme.space2

                    Button {
                        id: give

                        objectName: "giveRole"
                        // It names the act; until there is one there is no button.
                        visible: text !== ""
                        text: page.person.act
                        busy: page.person.working
                        onClicked: page.person.give()
                    }
                    Item {
                        Layout.fillWidth: true
                        visible: parent.columns > 1
                    }
                    Button {
                        id: remove

                        objectName: "removePerson"
                        visible: page.person.mayRemove
                        kind: "quiet"
                        danger: true
                        text: qsTr("Remove from the circle…")
                        onClicked: page.removing()
                    }
                }
            }
            Loader {
                Layout.fillWidth: true
                active: page.log !== null
                sourceComponent: page.log
            }
        }
    }
}
