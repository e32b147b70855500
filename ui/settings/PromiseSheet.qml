// The words that everybody agrees to before they come in.
//   model: Changing
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property Changing model

    title: qsTr("Our promise")
    preferredWidth: 640
    first: lines.first
    onAboutToShow: lines.load(model.promise)
    onClosed: model.keep()

    Label {
        Layout.fillWidth: true
        text: qsTr("Up to six short lines. Newcomers agree to them before they come in.")
        color: Theme.text2
    }
    LinesBox {
        id: lines

        Layout.fillWidth: true
        lines: sheet.model.promise
        shown: sheet.model.promiseShown
        longest: sheet.model.longestLine
        spoken: qsTr("Line %1 of the promise")
        placeholder: qsTr("What is said here stays here.")
        readOnly: sheet.model.working
        onTyped: (place, words) => sheet.model.typePromise(place, words)
    }
    Guidance {
        Layout.fillWidth: true
        calm: true
        text: qsTr("Whoever is in reads the new words here. Invites made before keep the old ones: make new invites if that matters.")
    }
    Label {
        objectName: "promiseProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "" && sheet.visible) Accessible.announce(text)
    }
    foot: [
        Label {
            objectName: "promiseKeeping"
            Layout.fillWidth: true
            style: "caption"
            text: sheet.model.keeping
            color: Theme.text2
        },
        Button {
            objectName: "keepPromise"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "savePromise"
            kind: "primary"
            text: qsTr("Set these words")
            busy: sheet.model.working
            onClicked: sheet.model.save()
        }
    ]
    Connections {
        target: sheet.model

        function onReplaced(): void {
            if (sheet.visible)
                lines.load(sheet.model.promise);
        }
        function onDone(): void {
            sheet.close();
        }
    }
}
