// What a circle asks before anybody is told of the knock. Nothing typed is lost by going away.
//   waiting: Waiting;  enter() puts the focus on the first thing to answer
import QtQuick
import QtQuick.Layouts
import Hearthside
import components
import theme

Card {
    id: form

    required property Waiting waiting
    readonly property Answering answering: waiting.answering

    padding: Theme.space6
    verticalPadding: Theme.space5
    spacing: Theme.space5
    Accessible.role: Accessible.Form
    Accessible.name: waiting.title

    ColumnLayout {
        Layout.fillWidth: true
        visible: form.waiting.asksPromise
        spacing: Theme.space2

        PromiseList {
            Layout.fillWidth: true
            lines: form.waiting.promise
        }
        Tick {
            objectName: "agree"
            Layout.fillWidth: true
            Layout.topMargin: Theme.space1
            text: qsTr("I agree")
            detail: qsTr("Everybody who comes in agrees to this.")
            ticked: form.answering.agreed
            enabled: !form.answering.working
            onClicked: form.answering.agree()
        }
    }
    Repeater {
        model: form.answering.questions

        TextBox {
            id: box

            required property string modelData

            objectName: "answer"
            Layout.fillWidth: true
            style: "body"
            showLabel: true
            label: modelData
            least: 2
            most: 8
            input.readOnly: form.answering.working
            onEdited: form.answering.type(modelData, text)
            Component.onCompleted: text = form.answering.answer(modelData)
        }
    }
    ColumnLayout {
        Layout.fillWidth: true
        visible: form.answering.asksWhom
        spacing: Theme.space2
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("Whom are you here for?")

        Label {
            Layout.fillWidth: true
            style: "label"
            strong: true
            text: qsTr("Whom are you here for?")
        }
        Option {
            objectName: "forMyself"
            Layout.fillWidth: true
            text: qsTr("I'm here for myself")
            chosen: form.answering.whom === "myself"
            enabled: !form.answering.working
            onClicked: form.answering.hereFor("myself")
            Keys.onDownPressed: others.forceActiveFocus(Qt.TabFocusReason)
        }
        Option {
            id: others

            objectName: "forOthers"
            Layout.fillWidth: true
            text: qsTr("I'm here for a company, clinic or organisation:")
            chosen: form.answering.whom === "others"
            enabled: !form.answering.working
            onClicked: form.answering.hereFor("others")
            Keys.onUpPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
        }
        Field {
            id: whom

            objectName: "affiliation"
            Layout.fillWidth: true
            visible: form.answering.whom === "others"
            placeholder: qsTr("Its name")
            maximumLength: 200
            readOnly: form.answering.working
            onEdited: form.answering.name(text)
            onVisibleChanged: if (visible && text === "") text = form.answering.affiliation()
            Component.onCompleted: text = form.answering.affiliation()
        }
    }
    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.space3

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Math.max(0, (Theme.captionLine - height) / 2)
            name: "lock"
            size: Theme.iconSm
        }
        Label {
            objectName: "whoReads"
            Layout.fillWidth: true
            style: "caption"
            text: qsTr("Hosts are shown this. They forget it once you are in, or a month after you last knocked.")
            color: Theme.text2
        }
    }
    Label {
        objectName: "answerProblem"
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: form.answering.problem
        color: Theme.danger
        onTextChanged: if (text !== "") Accessible.announce(text)
    }
    Button {
        objectName: "answerAndKnock"
        Layout.alignment: Qt.AlignRight
        kind: "primary"
        text: qsTr("Answer and knock")
        busy: form.answering.working
        onClicked: form.answering.send()
    }
}
