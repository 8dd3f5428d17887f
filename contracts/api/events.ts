import { z } from 'zod';

/**
 * What `GET /api/events?topic=…&topic=…` sends, one a `data:` line. A topic's first message is its whole state, and so
 * is each later one unless its kind is `change`, which the topic's own schema describes.
 */
export const LiveMessage = z.object({
  topic: z.string(),
  kind: z.enum(['state', 'change', 'end', 'problem']),
  data: z.unknown(),
});
export type LiveMessage = z.infer<typeof LiveMessage>;
