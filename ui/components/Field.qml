// One line to type into, with a label above and a hint or an error below.
//   label        what it asks for; also its accessible name
//   text         what is in it (alias); `placeholder`, `maximumLength`
//   hint         a quiet line below; `error` takes its place, announced
//   good         true: the hint tells that all is well, with a tick
//   secret       dots instead of letters, and an eye that shows them
//   code         true: monospace (invite codes)
//   input        the text field itself, for focus: `field.input.forceActiveFocus()`
// Signals: accepted() on Enter, edited() when the person typed.
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import theme

ColumnLayout {
    id: field

    property string label: ""
    property alias text: box.text
    property alias placeholder: box.placeholderText
    property alias maximumLength: box.maximumLength
    property alias readOnly: box.readOnly
    property alias input: box
    property string hint: ""
    property string error: ""
    property bool good: false
    property bool secret: false
    property bool code: false
    property bool shown: false

    signal accepted
    signal edited

    spacing: Theme.space1 + 2
    onErrorChanged: if (error !== "") box.Accessible.announce(error)

    Label {
        Layout.fillWidth: true
        visible: field.label !== ""
        style: "label"
        strong: true
        text: field.label
        Accessible.ignored: true
    }
    Basic.TextField {
        id: box

        objectName: field.objectName === "" ? "" : field.objectName + "Input"
        Layout.fillWidth: true
        implicitHeight: Math.max(44, Theme.bodyLine + 2 * Theme.space2 + 4)
        leftPadding: Theme.space4
        rightPadding: field.secret ? eye.width + Theme.space2 : Theme.space4
        topPadding: 0
        bottomPadding: 0
        verticalAlignment: TextInput.AlignVCenter
        font: field.code ? Theme.codeFont : Theme.bodyFont
        color: Theme.text
        placeholderTextColor: Theme.text3
        selectionColor: Theme.primary
        selectedTextColor: Theme.textOnPrimary
        selectByMouse: true
        echoMode: field.secret && !field.shown ? TextInput.Password : TextInput.Normal
        inputMethodHints: field.secret ? Qt.ImhSensitiveData | Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase : Qt.ImhNone
        Accessible.name: field.label === "" ? placeholderText : field.label
        Accessible.description: field.error !== "" ? field.error : field.hint
        onAccepted: field.accepted()
        onTextEdited: field.edited()

        background: Rectangle {
            radius: Theme.radiusMd
            color: Theme.surfaceSunk
            border.width: box.activeFocus ? Theme.focusWidth : 1
            border.color: box.activeFocus ? Theme.focus : field.error !== "" ? Theme.danger : Theme.borderStrong
        }
        IconButton {
            id: eye

            objectName: "reveal"
            anchors.right: parent.right
            anchors.rightMargin: 2
            anchors.verticalCenter: parent.verticalCenter
            visible: field.secret
            glyph: field.shown ? "eye-slash" : "eye"
            name: field.shown ? qsTr("Hide what I typed") : qsTr("Show what I typed")
            onClicked: field.shown = !field.shown
        }
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space1 + 2
        visible: below.text !== ""

        Icon {
            Layout.alignment: Qt.AlignTop
            visible: field.error !== "" || field.good
            name: field.error !== "" ? "warning-circle" : "check-circle"
            size: Theme.iconSm
            color: below.color
        }
        Label {
            id: below

            Layout.fillWidth: true
            style: "caption"
            text: field.error !== "" ? field.error : field.hint
            color: field.error !== "" ? Theme.danger : field.good ? Theme.primarySoftText : Theme.text2
        }
    }
}
