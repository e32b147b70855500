// A modal sheet in the middle of a dimmed window. Esc and × close it; focus goes back where it was.
//   title        serif, inside; `head` items stand left of the × (a list)
//   (children)   go into a scrolling column;  `foot` items into the row that stays below (a list)
//   preferredWidth (730), first (the item that takes focus);  open(), close(), closed()
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

Basic.Popup {
    id: sheet

    default property alias content: column.data
    property alias head: headRow.data
    property alias foot: footRow.data
    property string title: ""
    property real preferredWidth: 730
    property Item first: null

    // Where the window's words are dimmed, its edges still tell that one is in the same place.
    parent: Basic.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(Theme.px(preferredWidth), parent ? parent.width - 2 * Theme.space6 : preferredWidth)
    height: Math.min(implicitHeight, parent ? parent.height - 2 * Theme.space6 : implicitHeight)
    modal: true
    focus: true
    padding: 0
    closePolicy: Basic.Popup.CloseOnEscape
    onOpened: if (first) first.forceActiveFocus(Qt.PopupFocusReason)

    Basic.Overlay.modal: Rectangle {
        color: Qt.rgba(0, 0, 0, Theme.dark ? 0.6 : 0.45)
    }
    enter: Transition {
        NumberAnimation {
            property: "opacity"
            from: 0
            to: 1
            duration: Theme.base
        }
    }
    background: Rectangle {
        radius: Theme.radiusXl
        color: Theme.overlay
        border.width: Theme.dark || Theme.highContrast ? 1 : 0
        border.color: Theme.border
    }
    contentItem: ColumnLayout {
        spacing: 0
        Accessible.role: Accessible.Dialog
        Accessible.name: sheet.title

        RowLayout {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space4 + 2
            Layout.leftMargin: Theme.space6 + 4
            Layout.rightMargin: Theme.space6
            spacing: Theme.space3

            RowLayout {
                id: headRow

                Layout.fillWidth: true
                visible: children.length > 0
                spacing: Theme.space3
            }
            // With nothing beside the ×, the title stands there and no line is lost.
            Label {
                Layout.fillWidth: true
                visible: !headRow.visible
                style: "display"
                text: sheet.title
                Accessible.role: Accessible.Heading
            }
            IconButton {
                objectName: "closeSheet"
                Layout.alignment: Qt.AlignTop
                glyph: "x"
                name: qsTr("Close")
                keys: "Esc"
                onClicked: sheet.close()
            }
        }
        Flickable {
            id: view

            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.topMargin: Theme.space2
            implicitHeight: column.implicitHeight
            contentHeight: column.implicitHeight
            contentWidth: width
            boundsBehavior: Flickable.StopAtBounds
            clip: contentHeight > height
            Basic.ScrollBar.vertical: Scroller {}

            ColumnLayout {
                id: column

                x: Theme.space6 + 4
                width: view.width - 2 * x
                spacing: Theme.space4

                Label {
                    Layout.fillWidth: true
                    visible: text !== "" && headRow.visible
                    style: "display"
                    text: sheet.title
                    Accessible.role: Accessible.Heading
                }
            }
        }
        RowLayout {
            id: footRow

            Layout.fillWidth: true
            Layout.topMargin: Theme.space4
            Layout.bottomMargin: Theme.space5
            Layout.leftMargin: Theme.space6 + 4
            Layout.rightMargin: Theme.space6 + 4
            spacing: Theme.space3
        }
    }
}
