// The 2 px frame inside a control that has keyboard focus. Put it last in the background.
//   shown    usually `control.visualFocus`
//   radius   that of the control
import QtQuick
import theme

Rectangle {
    property bool shown: false

    anchors.fill: parent
    visible: shown
    color: "transparent"
    radius: Theme.radiusSm
    border.width: Theme.focusWidth
    border.color: Theme.focus
}
