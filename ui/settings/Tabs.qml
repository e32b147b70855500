// The anchors of a long page: each leads to a card. One tab stop; arrows move.
//   model: [{key, text}]; current (the key of the last one);  chosen(key, keyed)
import QtQuick
import QtQuick.Controls.Basic as Basic
import components
import theme

Flow {
    id: tabs

    required property var model
    property string current: ""
    property int at: 0

    signal chosen(string key, bool keyed)

    function enter(): void {
        const item = row.itemAt(at);
        if (item)
            item.forceActiveFocus(Qt.TabFocusReason);
    }
    function go(place: int): void {
        if (place < 0 || place >= row.count)
            return;
        at = place;
        enter();
    }

    spacing: Theme.space1
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("On this page")

    Repeater {
        id: row

        model: tabs.model

        Basic.AbstractButton {
            id: tab

            required property var modelData
            required property int index
            readonly property bool on: tabs.current === modelData.key

            objectName: "tab_" + modelData.key
            implicitHeight: Math.max(Theme.hitMin, Theme.labelLine + Theme.space3)
            implicitWidth: words.implicitWidth + 2 * Theme.space3
            focusPolicy: Qt.ClickFocus
            activeFocusOnTab: tabs.at === index
            hoverEnabled: true
            text: modelData.text
            Accessible.role: Accessible.Button
            Accessible.name: qsTr("To: %1").arg(text)
            Keys.onReturnPressed: click()
            Keys.onEnterPressed: click()
            Keys.onRightPressed: tabs.go(index + 1)
            Keys.onLeftPressed: tabs.go(index - 1)
            onClicked: {
                tabs.at = index;
                tabs.chosen(modelData.key, visualFocus);
            }
            contentItem: Item {
                Label {
                    id: words

                    anchors.centerIn: parent
                    style: "label"
                    text: tab.text
                    color: tab.on ? Theme.primarySoftText : Theme.text2
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
            }
            background: Rectangle {
                radius: Theme.radiusMd
                color: tab.on ? Theme.primarySoft : tab.hovered ? Theme.surfaceHover : "transparent"
                border.width: tab.on && Theme.highContrast ? 2 : 0
                border.color: Theme.primary

                FocusFrame {
                    shown: tab.visualFocus
                    radius: parent.radius
                }
            }
        }
    }
}
