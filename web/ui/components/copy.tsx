import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Glyph } from './glyph.js';

/** Copies a text, such as an id. */
export function Copy({ value, what }: { value: string; what: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
          <ActionIcon size="sm" color="gray" aria-label={copied ? 'Copied' : `Copy ${what}`} onClick={copy}>
            <Glyph of={copied ? '✓' : '⧉'} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
