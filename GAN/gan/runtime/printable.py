"""Text as a terminal may show it; contracts/printable.ts does the same for the command line and for Temporal."""

from __future__ import annotations

import re

from gan.runtime.contracts import contract

# Except line feed and tab, with which messages are laid out.
_HIDDEN = re.compile(rf"(?![\n\t])[{contract('limits')['control']}]")


def printable(text: str) -> str:
    """Replaces what moves the cursor, colours or reorders text by a readable escape."""
    return _HIDDEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
