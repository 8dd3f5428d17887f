/** Drawn, not written: not every system has a font with these signs. Paths in a square of 16. */
const PATHS: Record<string, string> = {
  '✓': 'M3 8.5l3.2 3.2L13 4.8',
  '✕': 'M4 4l8 8M12 4l-8 8',
  '▶': 'M5 3.5v9l7.5-4.5z',
  '⏸': 'M5.5 3.5v9M10.5 3.5v9',
  '◷': 'M8 4.5V8l2.5 1.5M8 2.2a5.8 5.8 0 1 0 .01 0z',
  '⚠': 'M8 2.5l6.2 11H1.8zM8 6.5v3.2M8 11.4v.4',
  '↻': 'M12.8 6.2A5.2 5.2 0 1 0 13 9.4M13.2 2.8v3.6H9.6',
  '⊘': 'M8 2.2a5.8 5.8 0 1 0 .01 0zM4 12l8-8',
  '○': 'M8 2.6a5.4 5.4 0 1 0 .01 0z',
  '◐': 'M8 2.6a5.4 5.4 0 1 0 .01 0zM8 2.6v10.8M5.5 3.6v8.8M3.6 5.4v5.2',
  '●': 'M8 5a3 3 0 1 0 .01 0zM8 6.5a1.5 1.5 0 1 0 .01 0z',
  '▦': 'M2.5 2.5h11v11h-11zM2.5 6.2h11M2.5 9.8h11M6.2 2.5v11M9.8 2.5v11',
  '⚙': 'M8 5.6a2.4 2.4 0 1 0 .01 0zM8 1.8v2.4M8 11.8v2.4M1.8 8h2.4M11.8 8h2.4M3.6 3.6l1.7 1.7M10.7 10.7l1.7 1.7M3.6 12.4l1.7-1.7M10.7 5.3l1.7-1.7',
  '⧉': 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  '⤒': 'M3 2.8h10M8 13.2V6M4.8 9L8 5.8 11.2 9',
  '⤓': 'M3 13.2h10M8 2.8V10M4.8 7L8 10.2 11.2 7',
  '▾': 'M4 6l4 4 4-4',
  '☀': 'M8 5a3 3 0 1 0 .01 0zM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1',
  '☾': 'M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z',
  '↗': 'M5 11l6-6M6 4.6h5.4V10',
  '→': 'M2.5 8h11M9.5 4l4 4-4 4',
  '↑': 'M8 13.5v-11M4 6.5l4-4 4 4',
  '↓': 'M8 2.5v11M4 9.5l4 4 4-4',
  '▸': 'M6 4l4 4-4 4',
  '⋯': 'M3 8h.2M7.9 8h.2M12.8 8h.2',
  '–': 'M4 8h8',
  '·': 'M7.9 8h.2',
  '+': 'M8 3v10M3 8h10',
  '!': 'M8 3v6.4M8 12.4v.4',
};

/** A sign, in the colour and size of its text. It says nothing to those who listen: a word stands beside it. */
export function Glyph({ of }: { of: string }) {
  const path = PATHS[of];
  if (path === undefined) return <span aria-hidden>{of}</span>;
  return (
    <svg
      aria-hidden
      viewBox="0 0 16 16"
      width="1em"
      height="1em"
      fill="none"
      stroke="currentcolor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="glyph"
    >
      <path d={path} />
    </svg>
  );
}
