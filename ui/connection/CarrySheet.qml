// Posts carried by hand, into a file or out of one: what follows is said before, what came after.
//   model: Carrying
import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Carrying model
    readonly property bool over: model.done !== ""
    property bool keyed: false

    // A button that waits, or has gone, loses the focus: it goes on to what can be done now.
    function settle(): void {
        (over ? safe : choose).forceActiveFocus(keyed ? Qt.TabFocusReason : Qt.PopupFocusReason);
    }

    title: model.bringing ? qsTr("Bring posts in") : qsTr("Take posts with me")
    preferredWidth: 600
    first: model.working ? safe : choose
    onOpened: model.watch(true)
    onClosed: model.watch(false)
    // The dialog is a window of its own: it goes with the sheet, and a lock leaves none standing.
    onAboutToHide: {
        taking.close();
        bringing.close();
    }
    Component.onDestruction: {
        taking.close();
        bringing.close();
    }

    Follows {
        objectName: "carryFollows"
        Layout.fillWidth: true
        visible: !sheet.over
        name: qsTr("What to know first")
        model: sheet.model.follows
    }
    RowLayout {
        Layout.fillWidth: true
        visible: sheet.over
        spacing: Theme.space3

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Math.max(0, (Theme.bodyLine - height) / 2)
            name: "check-circle"
            color: Theme.ok
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space2

            Label {
                objectName: "carryDone"
                Layout.fillWidth: true
                strong: true
                text: sheet.model.done
                onTextChanged: if (text !== "" && sheet.visible) Accessible.announce(text)
            }
            Label {
                objectName: "carryMore"
                Layout.fillWidth: true
                visible: text !== ""
                text: sheet.model.more
            }
            Label {
                Layout.fillWidth: true
                visible: !sheet.model.bringing
                style: "caption"
                text: qsTr("Whoever gets it opens the circle and chooses “Bring posts in”.")
                color: Theme.text2
            }
        }
    }
    Label {
        objectName: "carryWorking"
        Layout.fillWidth: true
        visible: sheet.model.working
        style: "caption"
        text: sheet.model.bringing ? qsTr("Bringing in… You can close this and go on; nothing stops.") : qsTr("Writing the file… You can close this and go on; nothing stops.")
        color: Theme.text2
        onVisibleChanged: if (visible) Accessible.announce(text)
    }
    Label {
        objectName: "carryProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "" && sheet.visible) Accessible.announce(text)
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            id: safe

            objectName: "carryClose"
            text: sheet.over ? qsTr("Done") : sheet.model.working ? qsTr("Close") : qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            id: choose

            objectName: "carryChoose"
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            visible: !sheet.over
            kind: "primary"
            text: sheet.model.bringing ? qsTr("Choose the file…") : qsTr("Choose where it goes…")
            busy: sheet.model.working
            onClicked: {
                sheet.keyed = visualFocus;
                if (!sheet.model.bringing)
                    taking.selectedFile = sheet.model.suggested;
                (sheet.model.bringing ? bringing : taking).open();
            }
        }
    ]
    Connections {
        target: sheet.model

        function onChanged(): void {
            if (sheet.opened && !sheet.model.working)
                Qt.callLater(sheet.settle);
        }
    }
    FileDialog {
        id: taking

        objectName: "takeDialog"
        title: qsTr("Where the file goes")
        fileMode: FileDialog.SaveFile
        defaultSuffix: sheet.model.ending
        nameFilters: [qsTr("Sealed files (%1)").arg("*." + sheet.model.ending), qsTr("All files (%1)").arg("*")]
        onAccepted: sheet.model.chosen(selectedFile)
        onRejected: sheet.settle()
    }
    FileDialog {
        id: bringing

        objectName: "bringDialog"
        title: qsTr("Choose the file")
        nameFilters: [qsTr("Sealed files (%1)").arg("*." + sheet.model.ending), qsTr("All files (%1)").arg("*")]
        onAccepted: sheet.model.chosen(selectedFile)
        onRejected: sheet.settle()
    }
}
