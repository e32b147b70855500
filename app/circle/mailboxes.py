"""Which of the mailboxes that hosts have told of a circle uses."""

from app.circle.view import View


def in_use(view: View) -> frozenset[bytes]:
    """Those whose owner is a member: only they can say whose keys count there."""
    used = set()
    for box, seen in view.mailboxes.items():
        person = view.person_of(seen.first)
        if person is not None and not person.left:
            used.add(box)
    return frozenset(used)
