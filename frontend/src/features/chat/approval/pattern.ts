import type { TrustScope } from '../../../bridge'
import { explainPattern } from '../../trust'

/** Where a trusted command can count, the narrowest first. */
export const scopes: readonly { scope: TrustScope; label: string }[] = [
  { scope: 'session', label: 'This session' },
  { scope: 'workspace', label: 'This workspace' },
  { scope: 'always', label: 'Always' },
]

const places: Readonly<Record<TrustScope, string>> = {
  session: 'in this session only',
  workspace: 'in this folder, in every session',
  always: 'in every folder that you trust',
}

/** What trusting a pattern somewhere means, in a sentence. */
export function explainTrust(pattern: string, scope: TrustScope): string {
  const what = explainPattern(pattern)
  return `From now on Keel runs without asking, ${places[scope]}: ${what.charAt(0).toLowerCase()}${what.slice(1)}.`
}
