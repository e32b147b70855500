"""How often one side of a conversation goes through the sets again before it has rested.

What others do can make us want to, as often as they like; the one we talk with bears it only so
often. What is wanted beyond these is left to the run that follows a rest anyway.
"""

from typing import Final

OURS: Final = 12  # half of what the other side bears: its rest may begin in the middle of ours


class Again:
    """That of one conversation."""

    def __init__(self) -> None:
        """Nothing was begun yet."""
        self.asked = False  # the leader was asked, and has not begun
        self.rested()

    def rested(self) -> None:
        """Some time has passed."""
        self._begun = 0

    def may(self) -> bool:
        """Whether one more run may be begun or asked for now; it is counted."""
        if self.asked or self._begun >= OURS:
            return False
        self._begun += 1
        return True
