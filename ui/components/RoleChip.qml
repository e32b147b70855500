// A role in a word, with its icon. Those who look after the circle stand out, members do not.
//   role, sign (its icon)
import QtQuick
import theme

Chip {
    required property string role
    required property string sign
    readonly property bool leads: sign === "key" || sign === "shield-check"

    text: role
    glyph: sign
    ink: leads ? Theme.primarySoftText : Theme.text2
    ground: leads ? Theme.primarySoft : Theme.surfaceHover
}
