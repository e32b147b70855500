// A button with words, and perhaps an icon before them.
//   text
//   kind          "primary" (one per view) | "secondary" (outline) | "pill" (round outline) | "quiet"
//   glyph         icon name, "" for none; iconColor
//   busy          true while the answer is on its way: not pressable, keeps its place and words
//   danger        true for what cannot be undone
// `clicked()` as ever; Enter, Return and Space press it. Its accessible name is its text.
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.Button {
    id: control

    property string kind: "secondary"
    property string glyph: ""
    property color iconColor: ink
    property bool busy: false
    property bool danger: false

    readonly property bool primary: kind === "primary"
    readonly property color ink: primary ? Theme.textOnPrimary : danger ? Theme.danger : kind === "quiet" ? Theme.text2 : Theme.text
    readonly property color ground: {
        if (primary)
            return danger ? Theme.danger : down ? Theme.primaryPress : hovered ? Theme.primaryHover : Theme.primary;
        if (kind === "quiet")
            return down || hovered ? Theme.surfaceHover : "transparent";
        return down || hovered ? Theme.surfaceHover : Theme.surface;
    }
    readonly property real corner: kind === "pill" ? height / 2 : Theme.radiusSm

    implicitHeight: Math.max(Theme.hitMin, Theme.labelLine + 2 * Theme.space2)
    leftPadding: kind === "quiet" ? Theme.space3 : Theme.space4
    rightPadding: leftPadding
    topPadding: 0
    bottomPadding: 0
    spacing: Theme.space2
    enabled: !busy
    Accessible.name: text
    Keys.onReturnPressed: if (!busy) click()
    Keys.onEnterPressed: if (!busy) click()

    contentItem: Item {
        // From the words, not from the row: the row is cut to what this width allows.
        implicitWidth: Math.ceil(words.implicitWidth) + beside
        implicitHeight: words.implicitHeight

        readonly property real beside: control.glyph === "" ? 0 : Theme.icon(Theme.iconMd - 2) + control.spacing

        Row {
            id: row

            anchors.centerIn: parent
            spacing: control.spacing

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: control.glyph !== ""
                name: control.glyph
                size: Theme.iconMd - 2
                color: control.iconColor
            }
            Label {
                id: words

                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(Math.ceil(implicitWidth), control.availableWidth - control.contentItem.beside)
                style: "label"
                strong: control.primary
                text: control.text
                color: control.ink
                wrapMode: Text.NoWrap
                elide: Text.ElideRight
                Accessible.ignored: true
            }
        }
    }
    background: Rectangle {
        radius: control.corner
        color: control.ground
        opacity: control.enabled || control.busy ? 1 : 0.5
        border.width: control.primary || control.kind === "quiet" ? 0 : 1
        border.color: control.kind === "pill" ? Theme.border : Theme.borderStrong

        FocusFrame {
            shown: control.visualFocus
            radius: control.corner
            border.color: control.primary ? Theme.textOnPrimary : Theme.focus
            anchors.margins: control.primary ? 3 : 0
        }
    }
}
