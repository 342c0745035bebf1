import { beforeEach, expect, it, vi } from 'vitest'
import { fakeWindow } from '../../testing/window'
import { endOffer, startWelcome } from './firstStart'
import { goingOn } from './goesOn'

const state = vi.hoisted(() => ({ isNew: true, restored: Promise.resolve() }))

vi.mock('@codingame/monaco-vscode-api', () => ({
  IStorageService: 'storage',
  ILifecycleService: 'lifecycle',
  getService: () => Promise.resolve({ isNew: () => state.isNew, when: () => state.restored }),
}))

beforeEach(() => {
  state.isNew = true
  state.restored = Promise.resolve()
  document.body.replaceChildren()
})

async function start(folder: string) {
  const host = fakeWindow()
  const opened: boolean[] = []
  await startWelcome(host, folder, ({ preserveFocus }) => Promise.resolve(void opened.push(preserveFocus)))
  return { host, opened }
}

it('opens without a folder, once the window is restored', async () => {
  let restore = (): void => undefined
  state.restored = new Promise((resolve) => (restore = resolve))
  const host = fakeWindow()
  const open = vi.fn(() => Promise.resolve())
  const started = startWelcome(host, '', open)
  await Promise.resolve()
  expect(open).not.toHaveBeenCalled()
  restore()
  await started
  expect(open).toHaveBeenCalledWith({ preserveFocus: false })
  expect(host.status).toBeUndefined()
})

it('is offered where a folder was asked for, until it is taken', async () => {
  const { host, opened } = await start('/a')
  expect(opened).toEqual([])
  expect(host.status).toMatchObject({ command: 'keel.getStarted' })
  endOffer(host)
  expect(host.status).toBeUndefined()
})

it('does nothing at a later start, but goes on where it opened a folder', async () => {
  state.isNew = false
  for (const folder of ['', '/a']) {
    const { host, opened } = await start(folder)
    expect([opened, host.status]).toEqual([[], undefined])
  }
  await goingOn(() => Promise.resolve(true))
  expect((await start('/a')).opened).toEqual([false])
  // Another window of the same profile does not.
  expect((await start('/a')).opened).toEqual([])
})

it.each([
  '<input>',
  '<div class="native-edit-context" tabindex="0"></div>',
  '<dialog><button></button></dialog>',
])('takes the keyboard from nobody who is at %s', async (html) => {
  document.body.innerHTML = html
  document.querySelector<HTMLElement>('input, button, [tabindex]')?.focus()
  expect((await start('')).opened).toEqual([true])
})
