// The window. Its title never says more than the app's name: titles are seen by others.
import QtQuick
import QtQuick.Controls.Basic as Basic
import Hearthside
import components
import shell
import theme
import unlock

Basic.ApplicationWindow {
    id: window

    required property Shell shell

    objectName: "window"
    title: "Hearthside"
    width: 1280
    height: 820
    minimumWidth: 560
    minimumHeight: 420
    color: Theme.bg
    font: Theme.bodyFont
    // Whole, where the language is written from the right.
    LayoutMirroring.enabled: Application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true

    Loader {
        id: screen

        objectName: "screen"
        anchors.fill: parent
        focus: true
        sourceComponent: {
            switch (window.shell.screen) {
            case "first_run":
                return firstRun;
            case "locked":
                return locked;
            case "home":
                return home;
            default:
                return null;
            }
        }
    }
    Connections {
        target: window.shell

        // Sheets and menus go with the home they belong to, but only a moment later: until then
        // they are hidden here, in the same breath as everything else.
        function onScreenChanged(): void {
            if (window.shell.screen === "home")
                return;
            const open = window.Basic.Overlay.overlay.children;
            for (let at = 0; at < open.length; at++)
                open[at].visible = false;
        }
    }
    // At home it has its place below the room; here it may be all that is left to say.
    Banner {
        objectName: "trouble"
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space5
        width: Math.min(parent.width - 2 * Theme.space5, Theme.px(Theme.feedMax))
        visible: text !== "" && window.shell.screen !== "home"
        kind: "attention"
        text: window.shell.trouble
        action: qsTr("All right")
        onActed: window.shell.dismiss()
        onVisibleChanged: if (visible) Accessible.announce(text)
    }
    Component {
        id: firstRun

        FirstRun {
            model: window.shell.first
            onInvited: window.shell.join()
            onBeginning: window.shell.begin()
        }
    }
    Component {
        id: locked

        Unlock {
            model: window.shell.lockScreen
        }
    }
    Component {
        id: home

        Home {
            shell: window.shell
        }
    }
    Shortcut {
        sequences: ["Ctrl+L"]
        context: Qt.ApplicationShortcut
        onActivated: window.shell.lock()
    }
    Shortcut {
        sequences: ["Ctrl+=", "Ctrl++"]
        context: Qt.ApplicationShortcut
        onActivated: Appearance.larger()
    }
    Shortcut {
        sequences: ["Ctrl+-"]
        context: Qt.ApplicationShortcut
        onActivated: Appearance.smaller()
    }
    Shortcut {
        sequences: ["Ctrl+0"]
        context: Qt.ApplicationShortcut
        onActivated: Appearance.usual()
    }
}
