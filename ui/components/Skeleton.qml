// Grey shapes where cards will be; shown only after 250 ms, so a quick answer never flickers.
//   waiting   bind to the model's; count
import QtQuick
import theme

Column {
    id: skeleton

    property bool waiting: false
    property int count: 3

    spacing: 14
    visible: false
    onWaitingChanged: if (!waiting) visible = false
    Accessible.ignored: true

    Timer {
        interval: 250
        running: skeleton.waiting
        onTriggered: skeleton.visible = true
    }
    Repeater {
        model: skeleton.count

        Rectangle {
            width: skeleton.width
            height: Theme.px(150)
            radius: Theme.radiusLg
            color: Theme.surface
            border.color: Theme.border

            Rectangle {
                x: Theme.space5
                y: Theme.space4
                width: Theme.avatarMd
                height: width
                radius: width / 2
                color: Theme.surfaceHover
            }
            Column {
                x: Theme.space5
                y: Theme.space4 + Theme.avatarMd + Theme.space4
                spacing: Theme.space3

                Repeater {
                    model: [0.5, 0.8]

                    Rectangle {
                        required property real modelData

                        width: (skeleton.width - 2 * Theme.space5) * modelData
                        height: Theme.px(12)
                        radius: height / 2
                        color: Theme.surfaceHover
                    }
                }
            }
        }
    }
}
