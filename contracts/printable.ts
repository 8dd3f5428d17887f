/**
 * Text as a terminal and Temporal's Web UI may show it. A sensor's name, a file's heading or a label may come
 * from anywhere: whatever moves the cursor, colours or reorders text is shown as a readable escape.
 * Plain code: workflow code may import it.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The characters no text field may contain, as a regular expression's class: Python reads it from the schema. */
export const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff';

/** The same, except line feed and tab, which messages use for their layout. */
const HIDDEN = new RegExp(`(?![\\n\\t])[${CONTROL}]`, 'gu');
