// White paper on sand: 1 px border, no shadow. Children go into a column with the card's padding.
//   padding, spacing; selected (2 px primary), focused (2 px focus): neither moves what is inside
import QtQuick
import QtQuick.Layouts
import theme

Rectangle {
    id: card

    default property alias content: column.data
    property real padding: Theme.space5
    property real verticalPadding: Theme.space4
    property alias spacing: column.spacing
    property bool selected: false
    property bool focused: false

    implicitWidth: column.implicitWidth + 2 * padding
    implicitHeight: column.implicitHeight + 2 * verticalPadding
    radius: Theme.radiusLg
    color: Theme.surface
    border.width: selected || focused ? Theme.focusWidth : 1
    border.color: focused ? Theme.focus : selected ? Theme.primary : Theme.border

    ColumnLayout {
        id: column

        anchors.fill: parent
        anchors.leftMargin: card.padding
        anchors.rightMargin: card.padding
        anchors.topMargin: card.verticalPadding
        anchors.bottomMargin: card.verticalPadding
        spacing: Theme.space2
    }
}
