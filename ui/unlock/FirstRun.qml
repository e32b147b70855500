// The first run: one thing at a time, beside what this is.
//   model: FirstRun; invited(), beginning(): the person wants in, or wants to begin
import QtQuick
import QtQuick.Controls.Basic as Basic
import QtQuick.Layouts
import Hearthside
import components
import theme

Rectangle {
    id: screen

    required property FirstSteps model
    readonly property bool both: width / Theme.scale >= 900

    signal invited
    signal beginning

    color: Theme.bg

    Promise {
        id: promise

        visible: screen.both
        width: screen.both ? Math.round(Math.min(screen.width * 0.36, Theme.px(560))) : 0
        height: parent.height
    }
    Flickable {
        id: view

        anchors.left: promise.right
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.bottom: foot.top
        contentWidth: width
        contentHeight: page.height + Theme.space8 + Theme.space6
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        Basic.ScrollBar.vertical: Scroller {}

        ColumnLayout {
            id: page

            y: Theme.space8 + Theme.space3
            x: Math.round((view.width - width) / 2)
            width: Math.min(Theme.px(520), view.width - 2 * Theme.space6)
            spacing: Theme.space2

            Brand {
                Layout.bottomMargin: Theme.space5
                visible: !screen.both
            }
            Label {
                objectName: "stepCount"
                Layout.fillWidth: true
                style: "micro"
                text: qsTr("Step %1 of %2").arg(screen.model.step).arg(screen.model.steps)
                color: Theme.text2
            }
            RowLayout {
                Layout.fillWidth: true
                Layout.bottomMargin: Theme.space5
                spacing: Theme.space2 - 2
                Accessible.ignored: true

                Repeater {
                    model: screen.model.steps

                    Rectangle {
                        required property int index

                        Layout.fillWidth: true
                        implicitHeight: 5
                        radius: 2.5
                        color: index < screen.model.step ? Theme.primary : Theme.divider
                        border.width: Theme.highContrast ? 1 : 0
                        border.color: Theme.border
                    }
                }
            }
            Loader {
                id: step

                Layout.fillWidth: true
                sourceComponent: [name, passphrase, beginning][screen.model.step - 1]
                onLoaded: item.begin()
            }
        }
    }
    RowLayout {
        id: foot

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space8
        x: view.x + page.x
        width: page.width
        spacing: Theme.space3

        Button {
            objectName: "back"
            visible: screen.model.step === 2
            kind: "quiet"
            text: qsTr("Back")
            enabled: !screen.model.working
            onClicked: screen.model.back()
        }
        Item {
            Layout.fillWidth: true
        }
        Button {
            objectName: "continue"
            visible: screen.model.step < 3
            kind: "primary"
            text: qsTr("Continue")
            busy: screen.model.working
            onClicked: screen.model.step === 1 ? screen.model.named() : step.item.submit()
        }
    }
    Component {
        id: name

        NameStep {
            model: screen.model
        }
    }
    Component {
        id: passphrase

        PassphraseStep {
            model: screen.model
        }
    }
    Component {
        id: beginning

        BeginningStep {
            model: screen.model
            onInvited: screen.invited()
            onBeginning: screen.beginning()
        }
    }
}
