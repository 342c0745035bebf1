import type { TrustScope } from '../../../bridge'
import type { Question } from '../host'

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

/** What trusting a pattern means, in a few words. */
export function explainPattern(pattern: string): string {
  if (pattern === '*') return 'Every command'
  if (pattern.endsWith(' *')) return `Every command that starts with “${pattern.slice(0, -2)}”`
  return 'Exactly this command'
}

/** What trusting a pattern somewhere means, in a sentence. */
export function explainTrust(pattern: string, scope: TrustScope): string {
  const what = explainPattern(pattern)
  return `From now on Keel runs ${what.charAt(0).toLowerCase()}${what.slice(1)} without asking, ${places[scope]}.`
}

/** The question before every command is trusted somewhere. */
export function trustAll(scope: TrustScope): Question {
  return {
    message: 'Let every command run without asking?',
    detail: `Whatever the agent wants to run will run at once, with your rights, ${places[scope]}. Only commands on the deny list will still ask.`,
    primary: 'Trust Every Command',
  }
}
