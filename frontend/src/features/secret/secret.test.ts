import { flushSync } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { showSecrets, startSecrets, unlockSecrets } from '.'
import { Failure, type Disposable, type SecretsState } from '../../bridge'
import { calls, fakeWindow, type FakeWindow } from '../../testing/window'
import { choices, explain, title, wrong } from './wording'

const keychain: SecretsState = {
  seq: 1,
  place: 'keychain',
  locked: false,
  message: '',
  hint: '',
  undecided: false,
  kept: 2,
}
const undecided: SecretsState = {
  ...keychain,
  seq: 2,
  undecided: true,
  message: 'There is no keychain to keep the key in.',
  hint: 'Start one.',
  kept: 0,
}
const locked: SecretsState = { ...keychain, seq: 2, place: 'passphrase', locked: true, kept: 0 }

const open: Disposable[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.dispose()
  document.body.replaceChildren()
})

async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    flushSync()
  }
}

async function start(state: SecretsState, fail?: Failure): Promise<FakeWindow> {
  const act = (): void => {
    if (fail) throw fail
  }
  const host = fakeWindow({
    methods: {
      'Secrets.State': () => state,
      'Secrets.UsePassphrase': act,
      'Secrets.UseMemory': act,
      'Secrets.UseKeychain': act,
      'Secrets.Unlock': act,
      'Secrets.Forget': act,
    },
  })
  open.push(startSecrets(host))
  await settle()
  return host
}

function button(name: string): HTMLButtonElement {
  const found = [...document.querySelectorAll('button')].find((each) => each.textContent.trim() === name)
  if (!found) throw new Error(`no button “${name}” in ${document.body.textContent}`)
  return found
}

async function type(label: string, text: string): Promise<void> {
  const field = document.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)
  if (!field) throw new Error(`no field “${label}”`)
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await settle()
}

async function click(name: string): Promise<void> {
  button(name).click()
  await settle()
}

describe('while the keychain works', () => {
  it('shows nothing', async () => {
    const host = await start(keychain)
    host.bridge.emit('secrets', { ...keychain, seq: 5, kept: 3 })
    await settle()
    expect(host.modal).toBeUndefined()
    expect(host.toasts).toEqual([])
    expect(host.context['keel.secretsLocked']).toBe(false)
  })
})

describe('when it is undecided', () => {
  it('asks once, and seals with a passphrase', async () => {
    const host = await start(keychain)
    host.bridge.emit('secrets', undecided)
    host.bridge.emit('secrets', { ...undecided, seq: 3 })
    await settle()
    expect(document.querySelectorAll('h2')).toHaveLength(1)
    expect(host.modal?.textContent).toContain('There is no keychain')
    await click('Seal')
    expect(host.modal?.textContent).toContain('at least 8 characters')
    await type('Passphrase', 'long enough')
    await type('The passphrase again', 'something else')
    await click('Seal')
    expect(host.modal?.textContent).toContain('The two are not the same.')
    expect(calls(host, 'Secrets.UsePassphrase')).toEqual([])
    await type('The passphrase again', 'long enough')
    await click('Seal')
    expect(calls(host, 'Secrets.UsePassphrase')).toEqual([['long enough']])
    expect(host.modal).toBeUndefined()
    expect(host.toasts.map((each) => each.message).join()).not.toContain('long enough')
  })

  it('says why it did not work, and stays', async () => {
    const host = await start(undecided, new Failure('not_allowed', 'No keychain.', 'Start one.'))
    const choice = document.querySelector<HTMLInputElement>('input[value=keychain]')
    choice?.click()
    await settle()
    await click('Try Again')
    expect(host.modal?.querySelector('[role=alert]')?.textContent).toContain('No keychain.')
  })

  it('reminds of it when it is put off', async () => {
    const host = await start(undecided)
    await click('Decide Later')
    expect(host.toasts[0]?.message).toContain('kept until Keel closes')
    void host.toasts[0]?.actions[0]?.run()
    await settle()
    expect(host.modal).toBeDefined()
  })

  it('goes away when the keychain answers after all', async () => {
    const host = await start(undecided)
    expect(host.modal).toBeDefined()
    host.bridge.emit('secrets', { ...keychain, seq: 9 })
    await settle()
    expect(host.modal).toBeUndefined()
    expect(host.toasts).toEqual([])
  })
})

describe('when they are locked', () => {
  it('offers once to unlock them', async () => {
    const host = await start(locked)
    host.bridge.emit('secrets', { ...locked, seq: 3 })
    await settle()
    expect(host.toasts).toHaveLength(1)
    expect(host.context['keel.secretsLocked']).toBe(true)
    expect(host.modal).toBeUndefined()
    void host.toasts[0]?.actions[0]?.run()
    await settle()
    await type('Passphrase', 'my passphrase')
    await click('Unlock')
    expect(calls(host, 'Secrets.Unlock')).toEqual([['my passphrase']])
    expect(host.modal).toBeUndefined()
  })

  it('deletes them only after a question', async () => {
    const host = await start(locked)
    host.confirms = [false, true]
    for (const asked of [0, 1]) {
      void host.commands.get(unlockSecrets)?.run()
      await settle()
      await click('Forgot the passphrase?')
      expect(calls(host, 'Secrets.Forget')).toHaveLength(asked)
    }
    expect(host.questions.every((each) => each.danger)).toBe(true)
  })

  it('the command for where they are unlocks first', async () => {
    const host = await start(locked)
    void host.commands.get(showSecrets)?.run()
    await settle()
    expect(host.modal?.textContent).toContain('Unlock your keys')
  })
})

describe('words', () => {
  it('fit the state', () => {
    expect(title(undecided)).toBe('The keychain cannot be used')
    expect(title({ ...undecided, locked: true })).toBe('The keychain does not answer')
    expect(explain(keychain)).toBe(
      "Keys and tokens are kept in the system's keychain (2 keys and tokens). " +
        'An extension that keeps something counts as one of them; uninstalling it deletes what it keeps.',
    )
    expect(choices(undecided).map((each) => each.place)).toEqual(['passphrase', 'memory', 'keychain'])
    expect(choices(keychain).map((each) => each.place)).toEqual(['passphrase', 'memory'])
    expect(choices({ ...locked, locked: false })[1]?.label).toBe('Change the passphrase')
    expect(wrong('👍👍👍👍👍👍👍', '')).toContain('at least 8')
    expect(wrong('12345678', '12345678')).toBe('')
  })
})
