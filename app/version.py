"""Which Hearthside this is."""

from typing import Final

# Written here and not asked of the installed package: a checkout run in place has none. A test
# holds it equal to pyproject.toml.
VERSION: Final = "0.1.0"
