// A question of a sheet with a few answers, one of them chosen, and a word on what follows.
//   title; answers: their words; answer: the place of the chosen one; hint; `chosen(index)` asks for one
//   objectNames: what theirs begin with
import QtQuick
import QtQuick.Layouts
import components
import theme

ColumnLayout {
    id: question

    property string objectNames: ""
    property string title: ""
    property list<string> answers
    property int answer: 0
    property string hint: ""

    signal chosen(int index)

    spacing: Theme.space2
    Accessible.role: Accessible.Grouping
    Accessible.name: title

    Label {
        style: "label"
        strong: true
        text: question.title
    }
    Flow {
        Layout.fillWidth: true
        spacing: Theme.space2

        Repeater {
            model: question.answers

            Choice {
                required property string modelData
                required property int index

                objectName: question.objectNames + index
                text: modelData
                chosen: question.answer === index
                onClicked: question.chosen(index)
            }
        }
    }
    Label {
        Layout.fillWidth: true
        visible: text !== ""
        style: "caption"
        text: question.hint
        color: Theme.text2
    }
}
