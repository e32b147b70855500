// What would help the writer, in apricot. `text` and `glyph` come from the model.
import QtQuick
import theme

Chip {
    ink: Theme.accentSoftText
    ground: Theme.accentSoft
}
