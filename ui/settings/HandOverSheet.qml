// Handing the circle over, or taking it over. What follows is said before; the safe answer has the focus.
//   model: HandingOver; circle (its name)
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Sheet {
    id: sheet

    required property HandingOver model
    property string circle: ""

    title: model.taking ? qsTr("Take %1 over?").arg(circle) : qsTr("Hand %1 over").arg(circle)
    preferredWidth: 640
    first: safe

    ColumnLayout {
        Layout.fillWidth: true
        visible: !sheet.model.taking
        spacing: Theme.space2
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("To whom")

        Label {
            style: "label"
            strong: true
            text: qsTr("To whom")
            Accessible.ignored: true
        }
        Repeater {
            // By their number: a list made anew would take the focus away.
            model: sheet.model.hosts.length

            Option {
                required property int index
                readonly property var host: sheet.model.hosts[index] ?? {}

                objectName: "heir" + index
                Layout.fillWidth: true
                text: host.name ?? ""
                detail: host.text ?? ""
                chosen: host.chosen ?? false
                enabled: !sheet.model.working
                onClicked: sheet.model.choose(host.member)
                Keys.onDownPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                Keys.onUpPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
            }
        }
    }
    ColumnLayout {
        Layout.fillWidth: true
        visible: !sheet.model.taking
        spacing: Theme.space2
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("When")

        Label {
            style: "label"
            strong: true
            text: qsTr("When")
            Accessible.ignored: true
        }
        Option {
            id: later

            objectName: "handLater"
            Layout.fillWidth: true
            text: qsTr("Later, without me")
            detail: qsTr("You name who is to come after. They take over when it is time.")
            chosen: !sheet.model.atOnce
            enabled: !sheet.model.working
            onClicked: sheet.model.when(false)
            Keys.onDownPressed: now.forceActiveFocus(Qt.TabFocusReason)
        }
        Option {
            id: now

            objectName: "handNow"
            Layout.fillWidth: true
            text: qsTr("At once")
            detail: qsTr("They come first among the hosts from this moment.")
            chosen: sheet.model.atOnce
            enabled: !sheet.model.working
            onClicked: sheet.model.when(true)
            Keys.onUpPressed: later.forceActiveFocus(Qt.BacktabFocusReason)
        }
    }
    Follows {
        objectName: "handFollows"
        Layout.fillWidth: true
        visible: sheet.model.follows.length > 0
        name: qsTr("What follows from it")
        model: sheet.model.follows
    }
    Label {
        objectName: "handProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: sheet.model.problem
        color: Theme.danger
        onTextChanged: if (text !== "") Accessible.announce(text)
    }
    foot: [
        Item {
            Layout.fillWidth: true
        },
        Button {
            id: safe

            objectName: "keepCircleMine"
            text: qsTr("Not now")
            onClicked: sheet.close()
        },
        Button {
            objectName: "confirmHand"
            Layout.fillWidth: true
            Layout.maximumWidth: Math.ceil(implicitWidth)
            // It names the act; until there is one there is no button.
            visible: text !== ""
            kind: "primary"
            danger: sheet.model.atOnce
            text: sheet.model.act
            busy: sheet.model.working
            onClicked: sheet.model.hand()
        }
    ]
    Connections {
        target: sheet.model

        function onDone(): void {
            sheet.close();
        }
    }
}
