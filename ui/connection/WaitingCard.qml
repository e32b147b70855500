// Posts that are not with everyone yet: what, for whom, how far, since when; a menu for each.
//   model: ConnectionPage
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property ConnectionPage model
    readonly property bool roomy: width / Theme.scale >= 600

    spacing: Theme.space3
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Waiting to be delivered")

    Label {
        Layout.fillWidth: true
        style: "heading"
        text: qsTr("Waiting to be delivered")
        Accessible.role: Accessible.Heading
    }
    Label {
        Layout.fillWidth: true
        style: "caption"
        text: card.model.paused ? qsTr("Kept safely on this computer. They go out once you go on connecting.") : qsTr("Kept safely on this computer. They go out by themselves when someone is reachable, also through others in the circle.")
        color: Theme.text2
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space2
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Posts that wait")

        Repeater {
            // By their number: a list made anew would take the focus away.
            model: card.model.waiting.length

            GridLayout {
                id: entry

                required property int index
                readonly property var post: card.model.waiting[index] ?? {}

                objectName: "waitingPost"
                Layout.fillWidth: true
                columns: card.roomy ? 2 : 1
                columnSpacing: Theme.space4
                rowSpacing: 0
                Accessible.role: Accessible.ListItem
                Accessible.name: post.spoken ?? ""

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    Label {
                        Layout.fillWidth: true
                        style: "label"
                        strong: true
                        text: entry.post.what ?? ""
                        Accessible.ignored: true
                    }
                    Label {
                        Layout.fillWidth: true
                        visible: text !== ""
                        style: "caption"
                        text: entry.post.title ?? ""
                        wrapMode: Text.NoWrap
                        elide: Text.ElideRight
                        Accessible.ignored: true
                    }
                    Label {
                        Layout.fillWidth: true
                        style: "caption"
                        text: entry.post.whom ?? ""
                        color: Theme.text2
                        Accessible.ignored: true
                    }
                }
                RowLayout {
                    Layout.fillWidth: !card.roomy
                    spacing: Theme.space2

                    Icon {
                        name: "clock"
                        size: Theme.iconSm
                        color: Theme.wait
                    }
                    Label {
                        objectName: "waitingState"
                        Layout.fillWidth: !card.roomy
                        Layout.maximumWidth: card.roomy ? Theme.px(350) : -1
                        style: "caption"
                        text: entry.post.state ?? ""
                        color: Theme.wait
                        Accessible.ignored: true
                    }
                    IconButton {
                        id: more

                        objectName: "waitingMore"
                        glyph: "dots-three"
                        name: qsTr("What to do about: %1").arg(entry.post.spoken ?? "")
                        onClicked: menu.popup(more, more.width - menu.width, more.height + 2)

                        PopMenu {
                            id: menu

                            PopMenu.Entry {
                                objectName: "menuTryNow"
                                glyph: "arrows-clockwise"
                                text: qsTr("Try now")
                                enabled: !card.model.paused
                                onTriggered: card.model.tryNow(entry.post.circle)
                            }
                            PopMenu.Entry {
                                objectName: "menuTakeBack"
                                visible: entry.post.mayTakeBack ?? false
                                glyph: "arrow-bend-up-left"
                                text: qsTr("Take back, into the draft")
                                onTriggered: card.model.takeBack(entry.post.circle, entry.post.post)
                            }
                        }
                    }
                }
            }
        }
    }
}
