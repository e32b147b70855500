// Words in one of the type styles, always plain text, with the line spacing of the page.
//   style   "display" | "title" | "heading" | "story" | "body" | "label" | "caption" | "micro"
//   strong  true: semi-bold (names only)
//   color   default Theme.text
// Wraps by default; set `wrapMode: Text.NoWrap; elide: Text.ElideRight` for one line.
import QtQuick
import theme

Text {
    property string style: "body"
    property bool strong: false
    readonly property font face: Theme[style + "Font"]
    readonly property real lead: Theme[style + "Lead"]

    textFormat: Text.PlainText
    color: Theme.text
    wrapMode: Text.Wrap
    font.family: face.family
    font.pixelSize: face.pixelSize
    font.hintingPreference: Font.PreferNoHinting
    font.weight: strong ? Font.DemiBold : face.weight
    lineHeightMode: Text.FixedHeight
    lineHeight: Theme[style + "Line"]
    // Qt adds a line's spacing below the letters; half of it belongs above them.
    topPadding: lead
    bottomPadding: -lead
    Accessible.name: text
    Accessible.ignored: text === "" // nothing to stop at
}
