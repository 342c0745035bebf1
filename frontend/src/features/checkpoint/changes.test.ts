import { flushSync, mount, unmount } from 'svelte'
import { afterEach, expect, test, vi } from 'vitest'
import type { SessionFileChange } from '../../bridge'
import { change, turn } from '../../testing/sessions'
import ChangeSummary from './ChangeSummary.svelte'
import { calls, dialogButton, emptyPlan, fakeWindow, settle, type FakeWindow } from './testing'

let end: (() => void) | undefined
afterEach(() => {
  end?.()
  end = undefined
})

function summary(host: FakeWindow, changes: SessionFileChange[]): HTMLElement {
  const target = document.createElement('div')
  document.body.append(target)
  const props = { host, sessionId: 's1', turn: turn({ changes }), last: true, busy: false }
  const component = mount(ChangeSummary, { target, props })
  flushSync()
  end = () => {
    void unmount(component)
    target.remove()
  }
  return target
}

const many = (n: number): SessionFileChange[] => Array.from({ length: n }, (_, i) => change(`f${i}.go`))
const texts = (root: HTMLElement, selector: string): string[] =>
  [...root.querySelectorAll(selector)].map((each) => each.textContent.trim())

async function press(key: string): Promise<string | null | undefined> {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  await settle()
  flushSync()
  await settle()
  return document.activeElement?.getAttribute('aria-label')
}

test('changes stand under who made them, what a revert leaves alone last', () => {
  const root = summary(fakeWindow(), [
    change('shared.go', { alsoUser: true, also: 'user' }),
    change('gen.go', { by: 'command' }),
    change('a.go'),
    change('old.go', { alsoUser: true }),
  ])
  expect(texts(root, '.name')).toEqual(['a.go', 'gen.go', 'shared.go', 'old.go'])
  expect(texts(root, '.heading')).toEqual(['By a command', 'Also by you, left alone by a revert'])
  const labels = [...root.querySelectorAll('.file')].map((each) => each.getAttribute('aria-label'))
  expect(labels[1]).toBe('gen.go: changed, by a command')
})

test('of thousands only some are drawn, and the keys reach all of them', async () => {
  const root = summary(fakeWindow(), many(5000))
  expect(root.querySelectorAll('.file').length).toBeLessThan(60)
  expect(root.querySelectorAll('.file[tabindex="0"]')).toHaveLength(1)
  root.querySelector<HTMLElement>('.file[tabindex="0"]')?.focus()
  expect(await press('ArrowDown')).toBe('f1.go: changed')
  expect(await press('End')).toBe('f4999.go: changed')
  expect(await press('ArrowDown')).toBe('f4999.go: changed')
  expect(await press('PageUp')).toBe('f4990.go: changed')
  expect(await press('Home')).toBe('f0.go: changed')
})

test('one file is reverted by itself, a renamed one with its old name', async () => {
  const host = fakeWindow({ 'Checkpoints.Preview': () => ({ ...emptyPlan, write: ['a.go'] }) })
  const root = summary(host, [change('b.go', { kind: 'renamed', from: 'a.go' })])
  root.querySelector<HTMLElement>('[aria-label="Revert b.go"]')?.click()
  await vi.waitFor(() => expect(calls(host, 'Checkpoints.Preview')).toHaveLength(1))
  expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({ scope: 'turn', paths: ['a.go', 'b.go'] })
})

test('a file that somebody else changed too is reverted only after asking', async () => {
  const host = fakeWindow({ 'Checkpoints.Preview': () => ({ ...emptyPlan, write: ['a.go'] }) })
  const root = summary(host, [change('a.go', { alsoUser: true, also: 'user' })])
  root.querySelector<HTMLElement>('[aria-label="Revert a.go"]')?.click()
  await vi.waitFor(() => expect(host.modal).toBeDefined())
  expect(host.modal?.textContent).toContain('Not only the agent changed this file')
  expect(calls(host, 'Checkpoints.Restore')).toEqual([])
  dialogButton(host, 'Revert 1 file').click()
  await vi.waitFor(() => expect(calls(host, 'Checkpoints.Preview')).toHaveLength(1))
})

test('when nothing is left to take back it says so, and restores nothing', async () => {
  const host = fakeWindow()
  const root = summary(host, [change('a.go')])
  root.querySelector<HTMLElement>('[aria-label="Revert a.go"]')?.click()
  await vi.waitFor(() => expect(host.toasts).toHaveLength(1))
  expect(host.toasts[0]?.message).toContain('left to take back')
  expect(calls(host, 'Checkpoints.Restore')).toEqual([])
})

test('what is left of a turn whose changes were decided one by one is taken back as changes', async () => {
  const host = fakeWindow()
  const takeBack = vi.fn(() => Promise.resolve(true))
  for (const rejected of [undefined, ['h1']]) {
    const target = document.createElement('div')
    document.body.append(target)
    const decided = turn({ changes: many(2), reviews: [{ path: 'f0.go', ...(rejected && { rejected }) }] })
    const props = { host, sessionId: 's1', turn: decided, last: true, busy: false, takeBack }
    const component = mount(ChangeSummary, { target, props })
    flushSync()
    const revert = [...target.querySelectorAll('button')].find((each) =>
      each.textContent.includes('Revert all changes'),
    )
    revert?.click()
    await settle()
    expect(takeBack).toHaveBeenCalledTimes(rejected ? 1 : 0)
    void unmount(component)
    target.remove()
  }
  expect(calls(host, 'Checkpoints.Preview')).toHaveLength(1)
})
