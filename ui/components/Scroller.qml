// A thin scroll bar: `ScrollBar.vertical: Scroller {}`.
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.ScrollBar {
    id: bar

    implicitWidth: 8
    minimumSize: 0.08
    padding: 1
    policy: size < 1 ? Basic.ScrollBar.AlwaysOn : Basic.ScrollBar.AlwaysOff
    Accessible.ignored: true
    contentItem: Rectangle {
        radius: width / 2
        color: Theme.highContrast || bar.pressed ? Theme.borderStrong : Theme.border
    }
    background: null
}
