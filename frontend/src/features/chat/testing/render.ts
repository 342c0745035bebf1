import './dom'
import { flushSync } from 'svelte'
import type { Session } from '../../../bridge'
import type { FakeOptions } from '../../../bridge/fake'
import { startChat } from '..'
import { fakeHost, type FakeHost } from './host'

/** Rendered is the whole chat over a fake window. */
export interface Rendered {
  readonly host: FakeHost
  readonly root: HTMLElement
  /** the button with this text or label */
  button(name: string): HTMLButtonElement
  find(name: string): HTMLButtonElement | undefined
  input(): HTMLTextAreaElement
  type(text: string): void
  press(target: Element, key: string, init?: KeyboardEventInit): void
  /** Lets promises and drawing happen. */
  settle(): Promise<void>
  /** Another view of the side bar comes in its place. */
  hide(): void
  dispose(): void
}

/** renderChat draws the chat with a session, as in the window. */
export async function renderChat(session: Session, options: FakeOptions = {}): Promise<Rendered> {
  const host = fakeHost(session, options)
  const chat = startChat(host)
  const root = document.createElement('div')
  document.body.append(root)
  const view = host.views[0]?.render(root)
  const buttons = (): HTMLButtonElement[] => [...root.querySelectorAll('button')]
  const named = (name: string): HTMLButtonElement | undefined =>
    buttons().find((each) => each.textContent.trim() === name || each.getAttribute('aria-label') === name)
  const rendered: Rendered = {
    host,
    root,
    find: named,
    button(name) {
      const found = named(name)
      if (!found) throw new Error(`There is no button "${name}" in:\n${root.textContent}`)
      return found
    },
    input() {
      const area = root.querySelector<HTMLTextAreaElement>('.composer textarea')
      if (!area) throw new Error('There is no input.')
      return area
    },
    type(text) {
      const area = rendered.input()
      area.value = text
      area.dispatchEvent(new Event('input', { bubbles: true }))
      flushSync()
    },
    press(target, key, init = {}) {
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
      flushSync()
    },
    async settle() {
      for (let round = 0; round < 4; round++) {
        await new Promise((resolve) => setTimeout(resolve, 0))
        await new Promise((resolve) => requestAnimationFrame(resolve))
        flushSync()
      }
    },
    hide() {
      root.remove()
    },
    dispose() {
      view?.dispose()
      chat.dispose()
      root.remove()
    },
  }
  await rendered.settle()
  return rendered
}
