// The values every screen is drawn with: native QML properties, read once from Python per change.
//
//   import theme
//   colours    Theme.bg, Theme.surface, Theme.text, Theme.primarySoft … (tokens.json, camelCase)
//   type       Theme.bodyFont, Theme.bodyLine (px), Theme.bodyLead; better: Label { style: "body" }
//   space      Theme.space1 (4) … Theme.space9 (56); radius Theme.radiusSm (8) …
//   sizes      Theme.feedWidth, Theme.hitMin (40), Theme.avatarMd (40) …; Theme.px(n) = n × text scale
//   motion     Theme.fast, Theme.base, Theme.panel in ms; 0 when less motion is wanted
pragma Singleton
import QtQuick
import Hearthside

QtObject {
    id: theme

    readonly property string name: Appearance.shown
    readonly property bool dark: Appearance.dark
    readonly property bool highContrast: Appearance.highContrast
    readonly property real scale: Appearance.textScale

    // One conversion for a whole theme; the properties below then never leave QML.
    readonly property var given: Appearance.colours
    readonly property var types: Appearance.types
    readonly property var measures: Appearance.measures

    function px(size: real): real {
        return Math.round(size * scale);
    }

    // Icons grow at half the pace of text: they are shapes, and stay clear for longer.
    function icon(size: real): real {
        return Math.round(size * (1 + (scale - 1) / 2));
    }

    // A column widens at half the pace too: lines stay short enough to find the next one.
    readonly property real feedWidth: Math.round(feedMax * (1 + (scale - 1) / 2))

    function face(style: string): font {
        const it = types[style];
        return Qt.font({
            family: it.family,
            pixelSize: Math.max(12, px(it.size)),
            weight: it.weight
        });
    }

    function line(style: string): real {
        return Math.round(types[style].size * types[style].line * scale);
    }

    // Colours
    readonly property color bg: given.bg
    readonly property color bgSide: given.bgSide
    readonly property color surface: given.surface
    readonly property color surfaceSunk: given.surfaceSunk
    readonly property color surfaceHover: given.surfaceHover
    readonly property color overlay: given.overlay
    readonly property color border: given.border
    readonly property color borderStrong: given.borderStrong
    readonly property color divider: given.divider
    readonly property color text: given.text
    readonly property color text2: given.text2
    readonly property color text3: given.text3
    readonly property color textOnPrimary: given.textOnPrimary
    readonly property color primary: given.primary
    readonly property color primaryHover: given.primaryHover
    readonly property color primaryPress: given.primaryPress
    readonly property color primarySoft: given.primarySoft
    readonly property color primarySoftText: given.primarySoftText
    readonly property color accent: given.accent
    readonly property color accentSoft: given.accentSoft
    readonly property color accentSoftText: given.accentSoftText
    readonly property color link: given.link
    readonly property color focus: given.focus
    readonly property color ok: given.ok
    readonly property color okSoft: given.okSoft
    readonly property color wait: given.wait
    readonly property color waitSoft: given.waitSoft
    readonly property color offline: given.offline
    readonly property color offlineSoft: given.offlineSoft
    readonly property color danger: given.danger
    readonly property color dangerSoft: given.dangerSoft
    readonly property color dangerSoftText: given.dangerSoftText
    readonly property color kStory: given.kStory
    readonly property color kStorySoft: given.kStorySoft
    readonly property color kQuestion: given.kQuestion
    readonly property color kQuestionSoft: given.kQuestionSoft
    readonly property color kCheckin: given.kCheckin
    readonly property color kCheckinSoft: given.kCheckinSoft
    readonly property color kEvent: given.kEvent
    readonly property color kEventSoft: given.kEventSoft
    readonly property color kPoll: given.kPoll
    readonly property color kPollSoft: given.kPollSoft
    readonly property color kResource: given.kResource
    readonly property color kResourceSoft: given.kResourceSoft
    readonly property color shadow: given.shadow

    // Type: a font, its line height, and the half of what that adds above the letters.
    readonly property font displayFont: face("display")
    readonly property real displayLine: line("display")
    readonly property real displayLead: (displayLine - displayMetrics.height) / 2
    readonly property FontMetrics displayMetrics: FontMetrics {
        font: theme.displayFont
    }
    readonly property font titleFont: face("title")
    readonly property real titleLine: line("title")
    readonly property real titleLead: (titleLine - titleMetrics.height) / 2
    readonly property FontMetrics titleMetrics: FontMetrics {
        font: theme.titleFont
    }
    readonly property font headingFont: face("heading")
    readonly property real headingLine: line("heading")
    readonly property real headingLead: (headingLine - headingMetrics.height) / 2
    readonly property FontMetrics headingMetrics: FontMetrics {
        font: theme.headingFont
    }
    readonly property font storyFont: face("story")
    readonly property real storyLine: line("story")
    readonly property real storyLead: (storyLine - storyMetrics.height) / 2
    readonly property FontMetrics storyMetrics: FontMetrics {
        font: theme.storyFont
    }
    readonly property font bodyFont: face("body")
    readonly property real bodyLine: line("body")
    readonly property real bodyLead: (bodyLine - bodyMetrics.height) / 2
    readonly property FontMetrics bodyMetrics: FontMetrics {
        font: theme.bodyFont
    }
    readonly property font labelFont: face("label")
    readonly property real labelLine: line("label")
    readonly property real labelLead: (labelLine - labelMetrics.height) / 2
    readonly property FontMetrics labelMetrics: FontMetrics {
        font: theme.labelFont
    }
    readonly property font captionFont: face("caption")
    readonly property real captionLine: line("caption")
    readonly property real captionLead: (captionLine - captionMetrics.height) / 2
    readonly property FontMetrics captionMetrics: FontMetrics {
        font: theme.captionFont
    }
    readonly property font microFont: face("micro")
    readonly property real microLine: line("micro")
    readonly property real microLead: (microLine - microMetrics.height) / 2
    readonly property FontMetrics microMetrics: FontMetrics {
        font: theme.microFont
    }
    readonly property font codeFont: Qt.font({
        family: Appearance.mono,
        pixelSize: px(types.body.size)
    })

    // Space, corners, sizes, motion
    readonly property real space0: measures.space["0"]
    readonly property real space1: measures.space["1"]
    readonly property real space2: measures.space["2"]
    readonly property real space3: measures.space["3"]
    readonly property real space4: measures.space["4"]
    readonly property real space5: measures.space["5"]
    readonly property real space6: measures.space["6"]
    readonly property real space7: measures.space["7"]
    readonly property real space8: measures.space["8"]
    readonly property real space9: measures.space["9"]
    readonly property real radiusXs: measures.radius.xs
    readonly property real radiusSm: measures.radius.sm
    readonly property real radiusMd: measures.radius.md
    readonly property real radiusLg: measures.radius.lg
    readonly property real radiusXl: measures.radius.xl
    readonly property real radiusPill: measures.radius.pill
    readonly property real sidebar: measures.size.sidebar
    readonly property real thread: measures.size.thread
    readonly property real feedMax: measures.size.feedMax
    readonly property real hitMin: measures.size.hitMin
    readonly property real hitTouch: measures.size.hitTouch
    readonly property real avatarXs: measures.size.avatarXs
    readonly property real avatarSm: measures.size.avatarSm
    readonly property real avatarMd: measures.size.avatarMd
    readonly property real avatarLg: measures.size.avatarLg
    readonly property real iconSm: measures.size.iconSm
    readonly property real iconMd: measures.size.iconMd
    readonly property real iconLg: measures.size.iconLg
    readonly property real focusWidth: measures.size.focusWidth
    readonly property real focusGap: measures.size.focusGap
    readonly property int instant: measures.motion.instant
    readonly property int fast: measures.motion.fast
    readonly property int base: measures.motion.base
    readonly property int slow: measures.motion.slow
    readonly property int panel: measures.motion.panel
}
