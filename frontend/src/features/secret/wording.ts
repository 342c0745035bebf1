import type { SecretsPlace, SecretsState } from '../../bridge'
import { count } from '../../lib/format'

/** passphraseLeast is how many characters a passphrase has at least; Go checks it too. */
export const passphraseLeast = 8

/** One place that can be chosen. */
export interface PlaceChoice {
  readonly place: SecretsPlace
  readonly label: string
  readonly detail: string
  /** what the button says that does it */
  readonly act: string
}

/** The dialog's title. */
export function title(state: SecretsState): string {
  if (!state.undecided) return 'Where secrets are kept'
  return state.locked ? 'The keychain does not answer' : 'The keychain cannot be used'
}

/** What is so now, in a sentence or two. */
export function explain(state: SecretsState): string {
  if (state.undecided) {
    const why = state.message && `${state.message} `
    return `${why}What you entered is in memory for now. Where shall Keel keep keys and tokens? They are never written down in plain text.`
  }
  const extensions =
    'An extension that keeps something counts as one of them; uninstalling it deletes what it keeps.'
  return [present(state), extensions, state.message].filter(Boolean).join(' ')
}

function present(state: SecretsState): string {
  const kept = count(state.kept, 'key or token', 'keys and tokens')
  switch (state.place) {
    case 'keychain':
      return `Keys and tokens are kept in the system's keychain (${kept}).`
    case 'passphrase':
      return `Keys and tokens are in a file that your passphrase opens (${kept}).`
    case 'memory':
      return `Keys and tokens are in memory, and forgotten when Keel closes (${kept}).`
  }
}

/** The places that can be chosen, the safest one for this state first. */
export function choices(state: SecretsState): readonly PlaceChoice[] {
  const sealed = state.place === 'passphrase'
  const passphrase: PlaceChoice = {
    place: 'passphrase',
    label: sealed ? 'Change the passphrase' : 'Seal with a passphrase',
    detail:
      'In a file that only your passphrase opens. Keel asks for it after each start. Nobody can recover it.',
    act: sealed ? 'Change' : 'Seal',
  }
  const memory: PlaceChoice = {
    place: 'memory',
    label: 'Keep until Keel closes',
    detail: sealed
      ? 'In memory only. The sealed file is deleted, and everything is forgotten when Keel closes.'
      : 'In memory only. You enter keys and sign in again after each start.',
    act: 'Keep in Memory',
  }
  const keychain: PlaceChoice = {
    place: 'keychain',
    label: state.undecided ? 'Try the keychain again' : 'Use the keychain',
    detail:
      state.place !== 'passphrase' && state.hint
        ? state.hint
        : 'In the system’s keychain, such as GNOME Keyring, KWallet or KeePassXC.',
    act: state.undecided ? 'Try Again' : 'Use the Keychain',
  }
  if (state.undecided) return [passphrase, memory, keychain]
  return state.place === 'keychain'
    ? [passphrase, memory]
    : [keychain, passphrase, ...(state.place === 'memory' ? [] : [memory])]
}

/** What was done, for the person to read once. */
export function done(place: SecretsPlace): string {
  switch (place) {
    case 'keychain':
      return 'Keys and tokens are kept in the keychain now.'
    case 'passphrase':
      return 'Keys and tokens are sealed with your passphrase now. Keel asks for it after its next start.'
    case 'memory':
      return 'Keys and tokens are kept until Keel closes.'
  }
}

/** What is wrong with a passphrase that is being chosen; empty when nothing is. */
export function wrong(passphrase: string, again: string): string {
  if (Array.from(passphrase).length < passphraseLeast)
    return `It needs at least ${passphraseLeast} characters; several words are easy to remember.`
  return passphrase === again ? '' : 'The two are not the same.'
}
