// Where a post of one's own is: an icon and a few words, and more of it by hovering, focus or a press.
//   text, more ("Not yet: Old Heron and Pavel."), tone  "reached" | "waiting" | "plain"
//   Not to be pressed for anything: it only tells. A screen reader has all of it in name and description.
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.AbstractButton {
    id: note

    property string more: ""
    property string tone: "plain"

    readonly property color ink: tone === "reached" ? Theme.ok : tone === "waiting" ? Theme.wait : Theme.text2

    leftPadding: Theme.space2
    rightPadding: Theme.space2
    implicitWidth: row.implicitWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.hitMin, row.implicitHeight + Theme.space1)
    hoverEnabled: true
    checkable: true
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.description: more
    onActiveFocusChanged: if (!activeFocus) checked = false
    onHoveredChanged: if (!hovered) checked = false

    contentItem: Item {
        Row {
            id: row

            anchors.verticalCenter: parent.verticalCenter
            anchors.right: parent.right
            spacing: Theme.space1 + 2

            Icon {
                id: icon

                anchors.verticalCenter: parent.verticalCenter
                name: note.tone === "reached" ? "checks" : note.tone === "waiting" ? "clock" : "laptop"
                size: Theme.iconSm
                color: note.ink
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                style: "caption"
                text: note.text
                color: note.ink
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
        }
    }
    background: Item {
        FocusFrame {
            shown: note.visualFocus
        }
    }
    Loader {
        active: note.more !== "" && (note.hovered || note.visualFocus || note.checked)
        sourceComponent: Tip {
            objectName: "deliveryTip"
            parent: note
            visible: true
            text: note.more
            most: Theme.px(340)
        }
    }
}
