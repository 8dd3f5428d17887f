"""Text as a terminal may show it; contracts/printable.ts does the same for the command line and for Temporal."""

from __future__ import annotations

import re

from gan.runtime.contracts import contract

# But for line feed and tab, which messages are laid out with.
_HIDDEN = re.compile(rf"(?![\n\t])[{contract('limits')['control']}]")


def printable(text: str) -> str:
    """What moves the cursor, colours or reorders text becomes an escape that one can read."""
    return _HIDDEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
