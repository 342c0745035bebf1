import type { ApprovalEffect, ApprovalTier, TrustedCommand, TrustEntry, TrustScope } from '../../bridge'
import { hasHidden } from '../../lib/visible'
import type { Question } from '../../ui/host'

const places: Record<TrustScope, string> = {
  always: 'in any folder you trust',
  workspace: 'in this folder',
  session: 'in that session',
}

/** What is asked before every command is trusted, wherever that is done. */
export function trustEveryCommand(scope: TrustScope): Question {
  return {
    message: 'Let every command run without asking?',
    detail: `Whatever the agent wants to run ${places[scope]} will run at once, with your rights. Only commands on the deny list will still ask.`,
    primary: 'Trust Every Command',
  }
}

/** What stands before the star of a pattern such as `npm *`; undefined when it has none that counts. */
function prefixOf(pattern: string): string | undefined {
  const prefix = pattern.endsWith(' *') ? pattern.slice(0, -2) : ''
  return prefix.trim() === '' ? undefined : prefix
}

/** What trusting a pattern means, in a sentence. */
export function explainPattern(pattern: string): string {
  if (pattern === '*') return 'Every command. Nothing is asked any more.'
  const prefix = prefixOf(pattern)
  return prefix === undefined ? 'Exactly this command' : `“${prefix}”, alone or with anything after it`
}

/**
 * Programs that run whatever they are given, reach other machines or destroy.
 * Only a hint while typing: what counts is decided in Go.
 */
const launchers = new Set(
  `sh bash dash zsh ksh fish csh tcsh nu busybox cmd powershell pwsh wsl eval exec source command
  python python3 pypy node nodejs deno bun tsx ts-node ruby irb perl php lua julia java swift dart awk gawk sed vim nvim
  env sudo doas su xargs parallel find fd nohup nice time timeout setsid unshare chroot watch strace script tmux screen
  npx pnpx bunx uvx pipx poetry conda nix nix-shell docker podman kubectl ssh scp rsync nc curl wget aws gcloud az gh
  rm rmdir shred dd kill killall pkill`.split(/\s+/),
)

/** What to think about before trusting a pattern; empty when there is nothing. */
export function warnAbout(pattern: string): string {
  if (pattern === '*') {
    return 'The agent reads what others wrote and can be talked into running anything you could run yourself.'
  }
  if (hasHidden(pattern, 'code')) return 'It holds characters that cannot be seen.'
  const prefix = prefixOf(pattern)
  if (prefix === undefined) {
    return pattern.includes('*')
      ? 'A star counts only at the very end, after a space. Here it stands for itself.'
      : ''
  }
  const program = prefix.trim().split(/\s+/, 1)[0]?.split('/').pop() ?? ''
  return launchers.has(program)
    ? `“${program}” can run other programs or do harm with what it is given: this trusts all of that.`
    : ''
}

/** Where a pattern counts, in a few words. */
export function scopeName({ scope, sessionTitle }: Pick<TrustedCommand, 'scope' | 'sessionTitle'>): string {
  if (scope === 'always') return 'Always'
  if (scope === 'workspace') return 'In this folder'
  return sessionTitle ? `In session “${sessionTitle}”` : 'In one session'
}

/** A key of an entry, the same for the same entry. */
export function keyOf({ scope, sessionId, pattern }: TrustEntry): string {
  return JSON.stringify([scope, sessionId, pattern])
}

/** What becomes of a command, in a few words. */
export const outcomes: Record<ApprovalEffect, { icon: string; text: string }> = {
  allow: { icon: 'pass-filled', text: 'Runs without asking' },
  ask: { icon: 'question', text: 'Asks first' },
  deny: { icon: 'circle-slash', text: 'Never runs' },
}

export const tierNames: Record<ApprovalTier, string> = {
  'built in': 'Keel',
  user: 'You',
  workspace: 'This folder',
  session: 'This session',
  run: 'This run',
}
