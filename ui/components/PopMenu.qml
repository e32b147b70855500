// A small menu beside the button that opened it: arrows move, Enter chooses, Esc gives focus back.
//   items (an Instantiator-free list of PopMenu.Entry: text, glyph, chosen())
import QtQuick
import QtQuick.Controls.Basic as Basic
import theme

Basic.Menu {
    id: menu

    component Entry: Basic.MenuItem {
        id: entry

        property string glyph: ""

        implicitHeight: visible ? Math.max(Theme.hitMin, Theme.labelLine + Theme.space3) : 0
        implicitWidth: Math.max(Theme.px(232), Math.ceil(line.implicitWidth) + leftPadding + rightPadding)
        leftPadding: Theme.space3
        rightPadding: Theme.space3
        Accessible.name: text
        contentItem: Row {
            id: line

            spacing: Theme.space3

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: entry.glyph
                size: Theme.iconMd - 2
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                style: "label"
                text: entry.text
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
        }
        indicator: null
        arrow: null
        background: Rectangle {
            anchors.fill: parent
            anchors.margins: 2
            radius: Theme.radiusSm
            color: entry.hovered || entry.highlighted ? Theme.surfaceHover : "transparent"

            FocusFrame {
                shown: entry.visualFocus
            }
        }
    }

    // As wide as its longest line: a cut word here is one that somebody acts upon.
    width: {
        let widest = Theme.px(240);
        for (let place = 0; place < count; place++)
            widest = Math.max(widest, itemAt(place).implicitWidth + 2 * padding);
        return widest;
    }
    padding: Theme.space1
    background: Rectangle {
        implicitWidth: Theme.px(240)
        radius: Theme.radiusMd
        color: Theme.overlay
        border.color: Theme.border
    }
}
