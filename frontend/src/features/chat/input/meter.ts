import type { SessionContext } from '../../../bridge'

/** How full the context is, from 0 to 1; 0 where its limit is not known. */
export function fill(context: SessionContext): number {
  if (context.limit <= 0) return 0
  return Math.min(1, Math.max(0, context.tokens / context.limit))
}
