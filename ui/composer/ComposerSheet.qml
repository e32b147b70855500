// The sheet to write on. It always shows what kind it is, for which circle, who can read it, and
// whether it goes by itself.
//   composer    a ComposerModel
//   circleName; shownToNewcomers: whoever comes in later can read it too; goes: when it goes, or empty
//   waits: nothing goes out before a host has let the writer in
//   write(kind) opens it, "" goes on with what was begun. Esc keeps the draft; Ctrl+Enter shares.
// Signal: shared(post)
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property ComposerModel composer
    required property string circleName
    property bool shownToNewcomers: false
    property string goes: ""
    property bool waits: false

    readonly property string kind: composer.kind
    property bool noting: false

    signal shared(string post)

    function write(kind: string): void {
        composer.begin(kind);
        noting = composer.note !== "";
        fill();
        open();
    }

    function fill(): void {
        if (titleField.text !== composer.title)
            titleField.text = composer.title;
        if (box.text !== composer.body)
            box.text = composer.body;
        if (noteField.text !== composer.note)
            noteField.text = composer.note;
    }

    function start(): void {
        const place = kind === "checkin" && composer.feeling === "" ? words : kind === "question" ? titleField.input : box.input;
        place.forceActiveFocus(Qt.PopupFocusReason);
        box.input.cursorPosition = box.input.length;
    }

    objectName: "composer"
    title: composer.heading
    onOpened: start()
    onClosed: composer.leave()

    Connections {
        target: sheet.composer

        function onReplaced(): void {
            sheet.fill();
        }
        function onShared(post: string): void {
            sheet.close();
            sheet.shared(post);
        }
    }

    head: [
        Repeater {
            model: sheet.composer.kinds

            Choice {
                required property var modelData

                objectName: "kind_" + modelData.value
                small: true
                text: modelData.text
                glyph: modelData.icon
                chosen: sheet.kind === modelData.value
                onClicked: sheet.composer.setKind(modelData.value)
            }
        },
        Label {
            Layout.fillWidth: true
            style: "caption"
            text: qsTr("to %1").arg(sheet.circleName)
            color: Theme.text2
            wrapMode: Text.NoWrap
            elide: Text.ElideRight
        }
    ]

    FocusScope {
        id: words

        Layout.fillWidth: true
        visible: sheet.kind === "checkin"
        implicitHeight: feelings.implicitHeight

        Flow {
            id: feelings

            width: parent.width
            spacing: Theme.space2

            Repeater {
                model: sheet.composer.feelings

                Choice {
                    required property var modelData
                    required property int index

                    objectName: "feeling_" + modelData.value
                    focus: index === 0
                    text: modelData.text
                    chosen: sheet.composer.feeling === modelData.value
                    onClicked: sheet.composer.choose(modelData.value)
                }
            }
        }
    }
    Field {
        id: titleField

        objectName: "composerTitle"
        Layout.fillWidth: true
        visible: sheet.composer.titleLabel !== ""
        label: sheet.composer.titleLabel
        maximumLength: 200
        readOnly: sheet.composer.sending
        onEdited: sheet.composer.setTitle(text)
        onAccepted: box.input.forceActiveFocus(Qt.TabFocusReason)
    }
    TextBox {
        id: box

        objectName: "composerBody"
        Layout.fillWidth: true
        label: sheet.composer.bodyLabel
        showLabel: true
        least: sheet.kind === "story" ? 5 : 3
        most: 12
        input.readOnly: sheet.composer.sending
        onEdited: sheet.composer.setBody(text)
        onSent: sheet.composer.send()
        foot: [
            IconButton {
                objectName: "contentNote"
                glyph: "eye-slash"
                name: sheet.noting ? qsTr("Remove the content note") : qsTr("Add a content note")
                on: sheet.noting
                onClicked: {
                    sheet.noting = !sheet.noting;
                    if (sheet.noting) {
                        noteField.input.forceActiveFocus(Qt.TabFocusReason);
                    } else {
                        noteField.text = "";
                        sheet.composer.setNote("");
                    }
                }
            },
            Label {
                objectName: "composerKeeping"
                Layout.fillWidth: true
                style: "caption"
                Layout.rightMargin: Theme.space2
                text: sheet.composer.keeping
                color: Theme.text2
                horizontalAlignment: Text.AlignRight
            }
        ]
    }
    Field {
        id: noteField

        objectName: "composerNote"
        Layout.fillWidth: true
        visible: sheet.noting
        label: qsTr("Content note")
        placeholder: qsTr("For example: hospital, loss")
        hint: qsTr("Your words stay covered until somebody chooses to see them.")
        maximumLength: 200
        readOnly: sheet.composer.sending
        onEdited: sheet.composer.setNote(text)
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.space2

        Label {
            style: "label"
            strong: true
            text: qsTr("What would help?")
        }
        Flow {
            Layout.fillWidth: true
            spacing: Theme.space2

            Repeater {
                model: sheet.composer.wants

                Choice {
                    required property var modelData

                    objectName: "want_" + modelData.value
                    text: modelData.text
                    glyph: modelData.icon
                    chosen: sheet.composer.want === modelData.value
                    onClicked: sheet.composer.ask(modelData.value)
                }
            }
        }
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: readers.implicitHeight + 2 * Theme.space3
        radius: Theme.radiusMd
        color: Theme.surfaceSunk
        border.width: Theme.highContrast ? 1 : 0
        border.color: Theme.border

        RowLayout {
            id: readers

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            anchors.leftMargin: Theme.space4
            anchors.rightMargin: Theme.space4
            spacing: Theme.space3

            Icon {
                name: "lock"
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: sheet.waits ? qsTr("Nobody yet: a host has to let you in first") : qsTr("%1 in %2").arg(sheet.composer.readers).arg(sheet.circleName)
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: sheet.waits ? qsTr("What you write is kept on this computer and goes out once a host has let you in.") : [sheet.composer.readersNote, sheet.shownToNewcomers ? qsTr("Newcomers can read it too.") : "", sheet.goes].filter(one => one !== "").join(" ")
                    color: Theme.text2
                }
            }
        }
    }

    foot: [
        Icon {
            visible: problem.text !== ""
            name: "warning-circle"
            size: Theme.iconSm
            color: Theme.danger
        },
        Label {
            id: problem

            objectName: "composerError"
            Layout.fillWidth: true
            style: "caption"
            text: sheet.composer.error
            color: Theme.danger
            onTextChanged: if (problem.text !== "") Accessible.announce(problem.text)
        },
        Button {
            objectName: "shareButton"
            kind: "primary"
            text: sheet.waits ? qsTr("Keep it until then") : sheet.composer.verb
            busy: sheet.composer.sending
            onClicked: sheet.composer.send()
        }
    ]

    Shortcut {
        sequences: ["Ctrl+Return", "Ctrl+Enter"]
        enabled: sheet.opened
        onActivated: sheet.composer.send()
    }
}
