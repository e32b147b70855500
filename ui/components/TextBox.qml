// Several lines to type into; it grows with the words up to `most` and scrolls then.
//   label (accessible name), showLabel; text, placeholder; least, most (lines); style ("story")
//   foot     items of the row inside the box's lower edge (a list)
//   input    the text area itself
// Signals: edited(); sent() on Ctrl+Enter (Enter is a new line).
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

ColumnLayout {
    id: box

    required property string label
    property bool showLabel: false
    property alias text: area.text
    property alias placeholder: area.placeholderText
    property alias input: area
    property alias foot: foot.data
    property string style: "story"
    property int least: 2
    property int most: 10
    property string error: ""

    readonly property real line: Theme[style + "Line"]

    signal edited
    signal sent

    spacing: Theme.space1 + 2

    Label {
        Layout.fillWidth: true
        visible: box.showLabel
        style: "label"
        strong: true
        text: box.label
        Accessible.ignored: true
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: inside.implicitHeight + Theme.space2
        radius: Theme.radiusMd
        color: Theme.surfaceSunk
        border.width: area.activeFocus ? Theme.focusWidth : 1
        border.color: area.activeFocus ? Theme.focus : box.error !== "" ? Theme.danger : Theme.borderStrong

        ColumnLayout {
            id: inside

            anchors.fill: parent
            anchors.bottomMargin: Theme.space2
            spacing: 0

            Flickable {
                id: view

                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.leftMargin: 2
                Layout.rightMargin: 2
                Layout.topMargin: 2
                implicitHeight: Math.min(box.most * box.line + 2 * Theme.space3, Math.max(box.least * box.line + 2 * Theme.space3, area.implicitHeight))
                contentWidth: width
                contentHeight: area.implicitHeight
                boundsBehavior: Flickable.StopAtBounds
                clip: contentHeight > height
                // The cursor is kept in sight before there is a size; that must not move the words.
                onHeightChanged: if (contentHeight <= height) contentY = 0
                onContentHeightChanged: if (contentHeight <= height) contentY = 0
                Basic.ScrollBar.vertical: Scroller {}
                Basic.TextArea.flickable: Basic.TextArea {
                    id: area

                    objectName: box.objectName === "" ? "" : box.objectName + "Input"
                    textFormat: TextEdit.PlainText
                    wrapMode: TextEdit.Wrap
                    leftPadding: Theme.space4 - 2
                    rightPadding: Theme.space4 - 2
                    topPadding: Theme.space3
                    bottomPadding: Theme.space2
                    font: Theme[box.style + "Font"]
                    color: Theme.text
                    placeholderTextColor: Theme.text3
                    selectionColor: Theme.primary
                    selectedTextColor: Theme.textOnPrimary
                    selectByMouse: true
                    background: null
                    Accessible.name: box.label
                    Accessible.description: box.error
                    KeyNavigation.priority: KeyNavigation.BeforeItem
                    // Tab leaves the box: nobody is trapped in it.
                    Keys.onTabPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                    Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
                    Keys.onPressed: event => {
                        const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
                        if (enter && (event.modifiers & Qt.ControlModifier)) {
                            event.accepted = true;
                            box.sent();
                        }
                    }
                    onTextChanged: if (activeFocus) box.edited()
                }
            }
            RowLayout {
                id: foot

                Layout.fillWidth: true
                Layout.leftMargin: Theme.space3
                Layout.rightMargin: Theme.space2
                visible: children.length > 0
                spacing: Theme.space1
            }
        }
    }
    RowLayout {
        Layout.fillWidth: true
        visible: box.error !== ""
        spacing: Theme.space1 + 2

        Icon {
            Layout.alignment: Qt.AlignTop
            name: "warning-circle"
            size: Theme.iconSm
            color: Theme.danger
        }
        Label {
            objectName: box.objectName === "" ? "" : box.objectName + "Error"
            Layout.fillWidth: true
            style: "caption"
            text: box.error
            color: Theme.danger
        }
    }
    onErrorChanged: if (error !== "") area.Accessible.announce(error)
}
