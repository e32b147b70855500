// The small note that names an icon-only button, with its keys. Parent it to the control.
//   text
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.ToolTip {
    id: tip

    delay: 500
    padding: Theme.space2
    contentItem: Label {
        style: "caption"
        text: tip.text
        wrapMode: Text.NoWrap
    }
    background: Rectangle {
        color: Theme.overlay
        border.color: Theme.border
        radius: Theme.radiusSm
    }
}
