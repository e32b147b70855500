// Inviting: for how many, for how long; then code, link and picture together, or copied unseen.
//   model: Inviting; room: Room (the circle it is for)
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Inviting model
    required property Room room
    readonly property bool beside: width / Theme.scale >= 640

    preferredWidth: 784
    first: once
    onAboutToShow: note.text = word.text = ""
    onClosed: model.close()
    Component.onCompleted: contentItem.Accessible.name = qsTr("Invite someone")

    head: [
        CircleMark {
            key: sheet.room.seed
        },
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            Label {
                Layout.fillWidth: true
                style: "title"
                text: qsTr("Invite someone")
                Accessible.role: Accessible.Heading
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: qsTr("to %1").arg(sheet.room.name)
                color: Theme.text2
            }
        }
    ]

    GridLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space3
        columns: sheet.beside ? 2 : 1
        columnSpacing: Theme.space6
        rowSpacing: Theme.space4

        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop
            spacing: Theme.space2

            Label {
                style: "label"
                strong: true
                text: qsTr("For how many people")
            }
            Flow {
                Layout.fillWidth: true
                spacing: Theme.space2

                Repeater {
                    model: sheet.model.usesWords

                    Choice {
                        required property string modelData
                        required property int index

                        objectName: "uses" + index
                        text: modelData
                        enabled: !sheet.model.made
                        opacity: enabled || chosen ? 1 : 0.5
                        chosen: sheet.model.uses === index
                        Accessible.name: qsTr("For %1").arg(modelData)
                        onClicked: sheet.model.chooseUses(index)
                        Component.onCompleted: if (index === 0) sheet.first = this
                    }
                }
            }
            Label {
                Layout.topMargin: Theme.space3
                style: "label"
                strong: true
                text: qsTr("Good for")
            }
            Flow {
                Layout.fillWidth: true
                spacing: Theme.space2

                Repeater {
                    model: sheet.model.daysWords

                    Choice {
                        required property string modelData
                        required property int index

                        objectName: "days" + index
                        text: modelData
                        enabled: !sheet.model.made
                        opacity: enabled || chosen ? 1 : 0.5
                        chosen: sheet.model.days === index
                        Accessible.name: qsTr("Good for %1").arg(modelData)
                        onClicked: sheet.model.chooseDays(index)
                    }
                }
            }
            Field {
                id: note

                objectName: "inviteNote"
                Layout.fillWidth: true
                Layout.topMargin: Theme.space3
                label: qsTr("A note for yourself")
                placeholder: qsTr("Who it is for")
                hint: qsTr("To find it again in the list of invites. Nobody else sees it.")
                maximumLength: 100
                readOnly: sheet.model.made || sheet.model.working
                onEdited: sheet.model.note(text)
            }
            TextBox {
                id: word

                objectName: "inviteWord"
                Layout.fillWidth: true
                Layout.topMargin: Theme.space3
                visible: !sheet.model.made || text !== ""
                style: "body"
                label: qsTr("Say a word for whoever comes (everyone in the circle can read it)")
                showLabel: true
                least: 1
                most: 4
                input.readOnly: sheet.model.made || sheet.model.working
                onEdited: sheet.model.sayWord(text)
            }
            Label {
                objectName: "wantsWord"
                Layout.fillWidth: true
                visible: sheet.model.wantsWord && !sheet.model.made
                style: "caption"
                text: qsTr("Here nobody comes in before a member has put in a word for them. You can also do it later, on the page of invites.")
                color: Theme.text2
            }
            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.space1
                visible: sheet.model.made
                spacing: Theme.space2

                Label {
                    objectName: "goodFor"
                    Layout.fillWidth: true
                    style: "caption"
                    text: sheet.model.goodFor
                    color: Theme.text2
                    onVisibleChanged: if (visible) Accessible.announce(sheet.model.goodFor)
                }
                Button {
                    objectName: "another"
                    kind: "quiet"
                    text: qsTr("Make another")
                    onClicked: {
                        note.text = word.text = "";
                        sheet.model.another();
                    }
                }
            }
        }
        ColumnLayout {
            Layout.alignment: sheet.beside ? Qt.AlignTop : Qt.AlignHCenter
            spacing: Theme.space2

            Rectangle {
                // White in every theme, as the picture in it needs.
                Layout.preferredWidth: 220
                Layout.preferredHeight: 220
                radius: Theme.radiusMd
                color: sheet.model.shown ? "white" : Theme.surfaceSunk
                border.color: sheet.model.shown ? Theme.border : Theme.borderStrong
                border.width: 1
                Accessible.role: Accessible.Graphic
                Accessible.name: sheet.model.shown ? qsTr("The link as a QR picture") : qsTr("The QR picture is hidden")

                QrCode {
                    objectName: "qr"
                    anchors.fill: parent
                    anchors.margins: 4
                    visible: sheet.model.shown
                    link: sheet.model.picture
                }
                ColumnLayout {
                    anchors.centerIn: parent
                    width: parent.width - 2 * Theme.space4
                    visible: !sheet.model.shown
                    spacing: Theme.space2

                    Icon {
                        Layout.alignment: Qt.AlignHCenter
                        name: "qr-code"
                        size: Theme.iconLg + 8
                    }
                    Label {
                        Layout.alignment: Qt.AlignHCenter
                        Layout.maximumWidth: Theme.px(120)
                        style: "caption"
                        text: qsTr("Hidden until you show the code")
                        color: Theme.text2
                        horizontalAlignment: Text.AlignHCenter
                    }
                }
            }
            Label {
                Layout.preferredWidth: 220
                style: "caption"
                text: qsTr("The same link, for a camera")
                color: Theme.text2
                horizontalAlignment: Text.AlignHCenter
            }
        }
    }
    CodeBox {
        Layout.fillWidth: true
        model: sheet.model
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: stay.implicitHeight + 2 * Theme.space3
        radius: Theme.radiusMd
        color: Theme.primarySoft
        border.width: Theme.highContrast ? 1 : 0
        border.color: Theme.border

        RowLayout {
            id: stay

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.leftMargin: Theme.space4
            anchors.rightMargin: Theme.space4
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.space4

            Icon {
                name: "door-open"
                size: Theme.iconLg
                color: Theme.primarySoftText
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    Layout.fillWidth: true
                    style: "label"
                    strong: true
                    text: qsTr("Stay open until they arrive")
                    color: Theme.primarySoftText
                }
                Label {
                    Layout.fillWidth: true
                    style: "caption"
                    text: sheet.model.asks ? qsTr("A host decides about whoever comes. They can knock while a computer that this invite names is on, or at a mailbox.") : qsTr("A host of the circle has to have Hearthside open to let them in.")
                    color: Theme.primarySoftText
                }
            }
        }
    }
    Label {
        objectName: "inviteProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "") Accessible.announce(text)
    }
    foot: [
        Label {
            id: hint

            property bool copied: false

            objectName: "copyHint"
            Layout.fillWidth: true
            style: "caption"
            text: copied ? qsTr("The link is copied.\nIt leaves the clipboard after 60 seconds.") : (sheet.model.asks ? qsTr("Anyone holding this code can knock.") : qsTr("Anyone holding this code can come in.")) + "\n" + qsTr("A copy leaves the clipboard after 60 seconds.")
            color: Theme.text2
        },
        Button {
            id: once

            objectName: "closeInvite"
            kind: "quiet"
            text: sheet.model.made ? qsTr("Done") : qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "copyInvite"
            kind: "primary"
            glyph: "copy"
            text: qsTr("Copy invite")
            busy: sheet.model.working
            onClicked: sheet.model.copy()
        }
    ]

    Connections {
        target: sheet.model

        function onCopied() {
            hint.copied = true;
            hint.Accessible.announce(hint.text);
        }
        function onChanged() {
            if (!sheet.model.made)
                hint.copied = false;
        }
    }
}
