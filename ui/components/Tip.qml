// The small note that names an icon-only button, with its keys. Parent it to the control.
//   text, most  above 0: how wide it may be; then it goes over several lines
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.ToolTip {
    id: tip

    property real most: 0

    width: most > 0 ? Math.min(implicitWidth, most) : implicitWidth
    delay: 500
    padding: Theme.space2
    contentItem: Label {
        style: "caption"
        text: tip.text
        wrapMode: tip.most > 0 ? Text.Wrap : Text.NoWrap
    }
    background: Rectangle {
        color: Theme.overlay
        border.color: Theme.border
        radius: Theme.radiusSm
    }
}
