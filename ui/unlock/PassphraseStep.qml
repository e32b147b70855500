// Step two: the passphrase, which nobody can reset.
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

ColumnLayout {
    id: step

    required property FirstSteps model

    function begin() {
        first.input.forceActiveFocus();
    }
    function submit() {
        model.choose(first.text, again.text);
    }

    spacing: Theme.space2

    Label {
        Layout.fillWidth: true
        style: "display"
        text: qsTr("Choose a passphrase")
        Accessible.role: Accessible.Heading
    }
    Label {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.space3
        text: qsTr("Four or more ordinary words work best. You'll type it when you open the app.")
        color: Theme.text2
    }
    Field {
        id: first

        objectName: "passphrase"
        Layout.fillWidth: true
        label: qsTr("Passphrase")
        secret: true
        readOnly: step.model.working
        error: step.model.where === "passphrase" ? step.model.problem : ""
        onTextChanged: step.model.weigh(text)
        onAccepted: again.input.forceActiveFocus()
    }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: 6
        radius: 3
        color: Theme.divider
        border.width: Theme.highContrast ? 1 : 0
        border.color: Theme.border
        Accessible.ignored: true

        Rectangle {
            width: parent.width * step.model.share
            height: parent.height
            radius: 3
            color: step.model.level === "strong" ? Theme.primary : step.model.level === "fair" ? Theme.wait : Theme.borderStrong
        }
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.space2
        spacing: Theme.space2

        Icon {
            visible: step.model.verdict !== ""
            name: step.model.level === "strong" ? "shield-check" : "info"
            size: Theme.iconSm
            color: verdict.color
        }
        Label {
            id: verdict

            objectName: "verdict"
            Layout.fillWidth: true
            style: "caption"
            text: step.model.verdict
            color: step.model.level === "strong" ? Theme.ok : Theme.text2
        }
        Button {
            objectName: "suggest"
            kind: "quiet"
            glyph: "arrows-clockwise"
            text: qsTr("Suggest one")
            enabled: !step.model.working
            onClicked: {
                // It has to be read to be written down: show it.
                first.shown = true;
                first.text = step.model.suggest();
                again.text = "";
            }
        }
    }
    Field {
        id: again

        objectName: "again"
        Layout.fillWidth: true
        label: qsTr("Type it once more")
        placeholder: qsTr("So a typo can't lock you out")
        secret: true
        readOnly: step.model.working
        error: step.model.where === "again" ? step.model.problem : ""
        onEdited: if (step.model.where === "again") step.model.compare(first.text, text === first.text ? text : "")
        input.onActiveFocusChanged: if (!input.activeFocus) step.model.compare(first.text, text)
        onAccepted: step.submit()
    }
    Rectangle {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space3
        implicitHeight: note.implicitHeight + 2 * Theme.space3
        radius: Theme.radiusMd
        color: Theme.surfaceSunk
        border.width: Theme.highContrast ? 1 : 0
        border.color: Theme.border

        RowLayout {
            id: note

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            anchors.leftMargin: Theme.space4
            anchors.rightMargin: Theme.space4
            spacing: Theme.space3

            Icon {
                name: "info"
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: qsTr("Forgotten passphrases can't be reset by anyone. Write it on paper and keep it somewhere safe.")
                color: Theme.text2
            }
        }
    }
    Label {
        objectName: "homeProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: step.model.where === "home" ? step.model.problem : ""
        color: Theme.danger
        onTextChanged: if (text !== "") Accessible.announce(text)
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space2
        visible: step.model.working
        spacing: Theme.space2
        onVisibleChanged: if (visible) working.Accessible.announce(working.text)

        Icon {
            name: "lock"
            color: Theme.primary
        }
        Label {
            id: working

            objectName: "working"
            Layout.fillWidth: true
            style: "label"
            text: qsTr("Locking your store… this takes a few seconds on purpose.")
            color: Theme.text2
        }
    }
}
