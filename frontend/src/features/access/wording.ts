import type { AccessItem, AccessLevel } from '../../bridge'
import { plainVisible } from '../../lib/visible'

/** LevelLook is how a level is shown: never by its colour alone. */
export interface LevelLook {
  readonly icon: string
  readonly word: string
  /** said where the word is too short */
  readonly meaning: string
}

export const levels: Readonly<Record<AccessLevel, LevelLook>> = {
  open: { icon: 'unlock', word: 'Free', meaning: 'The agent is not asked about this.' },
  asks: { icon: 'question', word: 'Asks first', meaning: 'Only after you have agreed.' },
  none: { icon: 'lock', word: 'Never', meaning: 'The agent cannot get at this.' },
}

const credential =
  /(^|_)(key|keys|token|tokens|secret|secrets|password|passwd|pwd|pass|credential|credentials|auth|pat|dsn)(_|$)|^(aws|azure|gcp|google|gh|github|gitlab|npm|openai|anthropic)_/i

/** Reports whether a variable's name is that of something secret. */
export function looksSecret(name: string): boolean {
  return credential.test(name)
}

/** The question before commands get a variable that looks like a secret. */
export function secretQuestion(name: string): { message: string; detail: string; primary: string } {
  return {
    message: `Let the agent’s commands read ${plainVisible(name)}?`,
    detail:
      'Its name is that of a secret. Every command the agent runs can then read it and, where the network is on, send it anywhere. Prefer a key that is temporary and can do little.',
    primary: 'Let Them Read It',
  }
}

export const networkQuestion = {
  message: 'Let the agent’s commands reach the network in this folder?',
  detail: 'What a command can read it can then send anywhere. Installing packages and fetching code need it.',
  primary: 'Turn On',
}

/** What is said after a switch. */
export function switched({ name, change }: AccessItem, on: boolean): string {
  if (change.kind === 'network') {
    return on
      ? 'Commands reach the network in this folder.'
      : 'Commands no longer reach the network in this folder.'
  }
  const variable = plainVisible(change.target || name)
  return on ? `Commands now get ${variable}.` : `Commands no longer get ${variable}.`
}

/** What a switch does. */
export function switchTitle({ name, change }: AccessItem): string {
  if (change.kind === 'network') return 'Let commands reach the network in this folder'
  return `Let commands read ${plainVisible(change.target || name)}`
}
