// Several lines to write, one field each; there is always one more that is free, up to a limit.
//   lines (as many as there can be), shown (how many), longest; load(words) puts words into them
//   spoken (its name with the number: "Line %1"), placeholder (an example, while there is nothing); readOnly
//   first: the first field's input;  typed(place, words)
import QtQuick
import QtQuick.Layouts
import components
import theme

ColumnLayout {
    id: box

    required property var lines
    required property int shown
    required property int longest
    required property string spoken
    property string placeholder: ""
    property bool readOnly: false
    readonly property Item first: row.count > 0 ? row.itemAt(0).input : null

    signal typed(int place, string words)

    // Handed over, not read from `lines`: that may hold the words of before for a moment yet.
    function load(words: var): void {
        for (let place = 0; place < row.count; place++)
            row.itemAt(place).text = words[place];
    }

    spacing: Theme.space2

    Repeater {
        id: row

        // By their number: fields made anew would take the focus away.
        model: box.lines.length

        Field {
            required property int index

            objectName: "line" + index
            Layout.fillWidth: true
            visible: index < box.shown
            placeholder: box.shown === 1 ? box.placeholder : ""
            maximumLength: box.longest
            readOnly: box.readOnly
            Component.onCompleted: input.Accessible.name = box.spoken.arg(index + 1)
            onEdited: box.typed(index, text)
            onAccepted: {
                const next = row.itemAt(index + 1);
                if (next && next.visible)
                    next.input.forceActiveFocus(Qt.TabFocusReason);
            }
        }
    }
}
