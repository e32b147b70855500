// One's own picture in this circle: choose one, look at it, use it, take it away. On one's own page.
//   portraying: Portraying; key, hue (of the reader)
import QtCore
import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: card

    required property Portraying portraying
    property string key: ""
    property int hue: -1
    readonly property bool trying: portraying.trial !== ""

    readonly property bool busy: portraying.reading || portraying.working
    property bool keyed: false

    // A button that goes, or waits, loses the focus: it goes on to what can be done now, so that
    // nobody starts anew at the top. Whoever is writing meanwhile is left alone.
    function settle(): void {
        if (!(Window.activeFocusItem instanceof TextInput))
            (trying ? use : choose).forceActiveFocus(keyed ? Qt.TabFocusReason : Qt.OtherFocusReason);
    }
    function pressed(button: Button): void {
        keyed = button.visualFocus;
    }
    // In a moment, once all that follows from it is shown: what is not there can't have the focus.
    onBusyChanged: if (!busy) Qt.callLater(settle)
    // The dialog is a window of its own: it goes with the page, and a lock leaves none standing.
    Component.onDestruction: dialog.close()

    padding: Theme.space6
    verticalPadding: Theme.space5
    spacing: Theme.space4

    Label {
        Layout.fillWidth: true
        style: "heading"
        text: qsTr("Your picture in this circle")
        Accessible.role: Accessible.Heading
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space5

        Avatar {
            id: face

            readonly property string own: Portraits.of(key, Portraits.turn)

            objectName: "ownPicture"
            Layout.alignment: Qt.AlignTop
            key: card.key
            hue: card.hue
            size: 96
            picture: card.trying ? card.portraying.trial : own
            // Here it is what the card is about, not decoration.
            Accessible.ignored: false
            Accessible.role: Accessible.Graphic
            Accessible.name: card.trying ? qsTr("The picture you chose, as this circle would see it") : card.portraying.has ? qsTr("Your picture in this circle") : qsTr("Your flower: you have no picture in this circle")
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop
            spacing: Theme.space2

            Label {
                objectName: "pictureState"
                Layout.fillWidth: true
                visible: card.trying
                style: "label"
                strong: true
                text: qsTr("This is how it will look. Nobody sees it yet.")
                onVisibleChanged: if (visible) Accessible.announce(text)
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: card.portraying.hereOnly
                color: Theme.text2
            }
            Label {
                Layout.fillWidth: true
                style: "caption"
                text: card.portraying.elsewhere
                color: Theme.text2
            }
            Label {
                objectName: "pictureStays"
                Layout.fillWidth: true
                visible: card.trying || card.portraying.has
                style: "caption"
                text: card.portraying.stays
                color: Theme.text2
            }
            Label {
                objectName: "pictureProblem"
                Layout.fillWidth: true
                visible: text !== ""
                style: "caption"
                text: card.portraying.problem
                color: Theme.danger
                onTextChanged: if (card.portraying.problem !== "") Accessible.announce(card.portraying.problem)
            }
        }
    }
    Flow {
        Layout.fillWidth: true
        spacing: Theme.space3

        Button {
            id: use

            objectName: "usePicture"
            visible: card.trying
            kind: "primary"
            text: qsTr("Use this picture here")
            busy: card.portraying.working
            onClicked: {
                card.pressed(use);
                card.portraying.use();
            }
        }
        Button {
            id: choose

            objectName: "choosePicture"
            text: card.trying || card.portraying.has ? qsTr("Choose another picture…") : qsTr("Choose a picture…")
            busy: card.portraying.reading || (card.portraying.working && !card.trying)
            onClicked: {
                card.pressed(choose);
                dialog.open();
            }
        }
        Button {
            id: discard

            objectName: "discardPicture"
            visible: card.trying
            kind: "quiet"
            text: qsTr("Not now")
            enabled: !card.portraying.working
            onClicked: {
                card.pressed(discard);
                card.portraying.discard();
                Qt.callLater(card.settle);
            }
        }
        Button {
            id: away

            objectName: "takePictureAway"
            visible: card.portraying.has && !card.trying
            kind: "quiet"
            text: qsTr("Take it away")
            busy: card.portraying.working
            onClicked: {
                card.pressed(away);
                card.portraying.takeAway();
            }
        }
    }
    FileDialog {
        id: dialog

        objectName: "pictureDialog"
        title: qsTr("Choose a picture")
        currentFolder: StandardPaths.writableLocation(StandardPaths.PicturesLocation)
        nameFilters: [qsTr("Pictures (%1)").arg("*.jpg *.jpeg *.png *.webp *.gif *.bmp"), qsTr("All files (%1)").arg("*")]
        onAccepted: card.portraying.take(selectedFile)
        onRejected: card.settle()
    }
}
