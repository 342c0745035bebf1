import { mount, unmount, type Component } from 'svelte'
import { toFailure, type Disposable, type SecretsPlace, type SecretsState } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import PlaceDialog from './PlaceDialog.svelte'
import { SecretsStore } from './store.svelte'
import UnlockDialog from './UnlockDialog.svelte'
import { done, title } from './wording'

/** The ids of the commands. */
export const showSecrets = 'keel.showSecrets'
export const unlockSecrets = 'keel.unlockSecrets'

/**
 * startSecrets asks where keys and tokens are to be kept when that has to be
 * decided, offers once to unlock them, and adds the commands for both. While the
 * keychain works nothing of it is seen.
 */
export function startSecrets(host: WindowHost): Disposable {
  const secrets = new Secrets(host)
  const commands = [
    host.registerCommand({
      id: showSecrets,
      title: 'Keel: Where Secrets Are Kept',
      run: () => secrets.show(),
    }),
    host.registerCommand({
      id: unlockSecrets,
      title: 'Keel: Unlock Secrets',
      when: lockedKey,
      run: () => secrets.unlock(),
    }),
  ]
  void secrets.start()
  return {
    dispose() {
      for (const command of commands) command.dispose()
      secrets.dispose()
    },
  }
}

const lockedKey = 'keel.secretsLocked'

class Secrets implements Disposable {
  private readonly store: SecretsStore
  private open = false // a dialog
  private asked = false // since it is undecided
  private offered = false // to unlock

  constructor(private readonly host: WindowHost) {
    this.store = new SecretsStore(host.bridge, (state) => this.follow(state))
  }

  dispose(): void {
    this.store.dispose()
  }

  async start(): Promise<void> {
    try {
      await this.store.load()
    } catch {
      // Go says the next change by itself, and the commands ask again.
    }
  }

  /** Shows where they are kept, to choose another place; a locked file is unlocked first. */
  async show(): Promise<void> {
    if (this.open || !(await this.loaded())) return
    const state = this.store.state
    if (!state) return
    if (isSealed(state)) return this.unlock()
    const place = await this.dialog<SecretsPlace>(title(state), PlaceDialog)
    if (place) this.host.notify.info(done(place))
    else if (this.store.state?.undecided) this.remind()
  }

  async unlock(): Promise<void> {
    if (this.open || !(await this.loaded())) return
    if (!this.store.state || !isSealed(this.store.state)) {
      this.host.notify.info('Your keys are not locked with a passphrase.')
      return
    }
    const answer = await this.dialog<'unlocked' | 'forgotten'>('Unlock your keys', UnlockDialog)
    if (answer === 'unlocked') this.host.notify.info('Your keys are unlocked until Keel closes.')
    if (answer === 'forgotten') await this.forget()
  }

  private async forget(): Promise<void> {
    const agreed = await this.host.confirm({
      message: 'Delete the keys that are sealed with the forgotten passphrase?',
      detail:
        'Nobody can open the file without it. You enter your keys and sign in again afterwards. This cannot be undone.',
      primary: 'Delete the Keys',
      danger: true,
    })
    if (!agreed) return
    try {
      await this.host.bridge.Secrets.Forget()
      this.host.notify.info('The sealed keys are deleted.')
    } catch (cause) {
      const { message, hint } = toFailure(cause)
      this.host.notify.error([message, hint].filter(Boolean).join(' '))
    }
  }

  private follow(state: SecretsState): void {
    this.host.setContext(lockedKey, isSealed(state))
    if (isSealed(state) && !this.offered) {
      this.offered = true
      this.host.notify.info('Your keys are sealed with a passphrase and locked.', [
        { label: 'Unlock', run: () => this.unlock() },
      ])
    }
    if (!state.undecided) this.asked = false
    else if (!this.asked) {
      this.asked = true
      void this.show()
    }
  }

  private remind(): void {
    this.host.notify.warn('What you entered is kept until Keel closes, and then forgotten.', [
      { label: 'Choose Where to Keep It', run: () => this.show() },
    ])
  }

  private async loaded(): Promise<boolean> {
    try {
      await this.store.load()
      return true
    } catch (cause) {
      this.host.notify.error(toFailure(cause).message)
      return false
    }
  }

  private async dialog<T>(
    label: string,
    component: Component<{ store: SecretsStore; close: (answer?: T) => void }>,
  ): Promise<T | undefined> {
    this.open = true
    try {
      return await this.host.openModal<T>(label, (target, close) => {
        const drawn = mount(component, { target, props: { store: this.store, close } })
        return { dispose: () => void unmount(drawn) }
      })
    } finally {
      this.open = false
    }
  }
}

/** There is a sealed file, and it is locked. */
function isSealed(state: SecretsState): boolean {
  return state.place === 'passphrase' && state.locked
}
