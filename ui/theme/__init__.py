"""How Hearthside looks: colours, type, icons, pictures; all of it out of `tokens.json`."""

from ui.theme.installing import install

__all__ = ["install"]
