import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useState } from 'react';

/** The rows that the window shows, of many of one height. `from` is where the first one begins on the page. */
export function useVirtualRows(count: number, height: number) {
  const [element, ref] = useState<HTMLDivElement | null>(null);
  const [from, setFrom] = useState(0);
  useLayoutEffect(() => {
    if (element !== null) setFrom(element.getBoundingClientRect().top + window.scrollY);
  }, [element]);
  const virtualizer = useWindowVirtualizer({ count, estimateSize: () => height, overscan: 4, scrollMargin: from });
  return { ref, rows: virtualizer.getVirtualItems(), size: virtualizer.getTotalSize(), from };
}
