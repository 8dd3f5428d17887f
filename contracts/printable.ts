/**
 * Text as a terminal and Temporal's Web UI may show it. A sensor's name, a heading of a file or a label comes from
 * anywhere: what moves the cursor, colours or reorders text stands there as an escape that one can read.
 * Plain code: workflow code may import it.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** What no text field may hold, as it stands inside a regular expression's brackets: Python reads it from the schema. */
export const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff';

/** The same but for line feed and tab, which messages are laid out with. */
const HIDDEN = new RegExp(`(?![\\n\\t])[${CONTROL}]`, 'gu');
