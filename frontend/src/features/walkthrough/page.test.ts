import '../chat/testing/dom'
import { flushSync, mount, unmount } from 'svelte'
import { afterEach, expect, it } from 'vitest'
import type { Walkthrough, WalkthroughSource } from './source'
import { WalkthroughStore } from './store.svelte'
import WalkthroughPage from './WalkthroughPage.svelte'

let end: (() => void) | undefined
afterEach(() => {
  end?.()
  document.body.replaceChildren()
})

/** The page of Keel's own walkthrough, with one step whose text is looked for. */
async function shown(find: () => Promise<string>) {
  const step = { id: 'model', title: 'Choose', description: 'Look.', media: { words: '' }, found: find }
  const own: Walkthrough = { id: 'keel#x', extension: undefined, title: 'X', description: '', steps: [step] }
  const closed: string[] = []
  const source = {
    list: () => Promise.resolve([own]),
    wanted: () => ({ id: own.id }),
    onChange: () => ({ dispose: () => undefined }),
    look: () => 'dark',
    done: () => new Set(),
    opened: () => undefined,
    happened: () => undefined,
    refusal: () => undefined,
    close: async () => void closed.push('closed'),
  } as unknown as WalkthroughSource
  const target = document.createElement('div')
  target.className = 'keel-page'
  target.tabIndex = -1
  document.body.append(target)
  const store = new WalkthroughStore(source)
  const page = mount(WalkthroughPage, { target, props: { store } })
  end = () => {
    store.dispose()
    void unmount(page)
  }
  await settle()
  const button = (name: string) =>
    [...target.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === name)
  const said = () =>
    [...target.querySelectorAll('[role=status]')].map(({ textContent }) => textContent.trim())
  return { target, closed, button, said }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    flushSync()
  }
}

it('looking again keeps what was found and the keyboard, and says what came of it', async () => {
  const texts = ['One.', 'One.', 'Two.']
  let answer = (): void => undefined
  const { target, button, said } = await shown(
    () => new Promise((resolve) => (answer = () => resolve(texts.shift() ?? ''))),
  )
  expect(said()).toContain('Looking…')
  answer()
  await settle()
  const again = button('Look Again')
  again?.focus()
  again?.click()
  await settle()
  expect(target.textContent).toContain('One.')
  expect(target.querySelector('[aria-busy=true]')).not.toBeNull()
  answer()
  await settle()
  expect(said()).toContain('Nothing has changed.')
  expect(document.activeElement).toBe(again)
  again?.click()
  answer()
  await settle()
  expect(target.textContent).toContain('Two.')
  expect(target.textContent).not.toContain('One.')
  expect(said()).toContain('What was found has changed.')
  expect(document.activeElement).toBe(again)
})

it('what cannot be looked for is said, and can be tried again', async () => {
  let works = false
  const { target, button } = await shown(() =>
    works ? Promise.resolve('One.') : Promise.reject(new Error('it is gone')),
  )
  expect(target.querySelector('[role=alert]')?.textContent).toContain('it is gone')
  works = true
  button('Look Again')?.click()
  await settle()
  expect(target.querySelector('[role=alert]')).toBeNull()
  expect(target.textContent).toContain('One.')
})

it('Escape closes it for whom the keyboard is in it, and for nobody else', async () => {
  const { target, closed } = await shown(() => Promise.resolve(''))
  const press = (at: HTMLElement) =>
    at.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
  press(document.body)
  expect(closed).toEqual([])
  target.focus()
  press(target)
  expect(closed).toEqual(['closed'])
})
