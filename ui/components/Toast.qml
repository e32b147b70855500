// One line at the lower left for 8 seconds, announced; never the only place of an error.
//   say(text) or say(text, action); acted() when the action (e.g. "Undo") is pressed
// Place it in the window: `anchors.left/bottom` with margins of Theme.space5.
import QtQuick
import QtQuick.Layouts
import theme

Rectangle {
    id: toast

    property string text: ""
    property string action: ""

    signal acted

    function say(words: string, act: string) {
        text = words;
        action = act ?? "";
        visible = true;
        Accessible.announce(words);
        leave.restart();
    }

    visible: false
    implicitWidth: row.implicitWidth + 2 * Theme.space4
    implicitHeight: Math.max(44, row.implicitHeight + Theme.space2)
    radius: Theme.radiusMd
    color: Theme.overlay
    border.color: Theme.borderStrong
    z: 10

    Timer {
        id: leave

        interval: 8000
        onTriggered: toast.visible = false
    }
    RowLayout {
        id: row

        anchors.centerIn: parent
        spacing: Theme.space3

        Label {
            style: "label"
            text: toast.text
            wrapMode: Text.NoWrap
        }
        Button {
            visible: toast.action !== ""
            Accessible.ignored: !visible
            kind: "quiet"
            text: toast.action
            onClicked: {
                toast.visible = false;
                toast.acted();
            }
        }
    }
}
