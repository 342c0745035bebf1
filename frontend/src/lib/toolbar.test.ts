import { afterEach, expect, test } from 'vitest'
import { toolbar } from './toolbar'

let end: (() => void) | undefined
afterEach(() => {
  end?.()
  document.body.replaceChildren()
})

function row(...names: string[]): HTMLElement {
  const element = document.createElement('div')
  for (const name of names) element.append(button(name))
  document.body.append(element)
  end = toolbar(element)
  return element
}

function button(name: string): HTMLButtonElement {
  const made = document.createElement('button')
  made.textContent = name
  return made
}

const stops = (element: HTMLElement): (string | null)[] =>
  [...element.querySelectorAll('button')]
    .filter((each) => each.tabIndex === 0)
    .map((each) => each.textContent)

const press = (key: string, init: KeyboardEventInit = {}): boolean =>
  document.activeElement?.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
  ) ?? false

const focused = (): string | null | undefined => document.activeElement?.textContent

test('the arrow keys, Home and End go along, and where they were is the only tab stop', () => {
  const element = row('one', 'two', 'three')
  expect(stops(element)).toEqual(['one'])
  element.querySelector('button')?.focus()
  const seen = ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'Home', 'End'].map((key) => {
    press(key)
    return focused()
  })
  expect(seen).toEqual(['two', 'three', 'one', 'three', 'one', 'three'])
  expect(stops(element)).toEqual(['three'])
  expect(press('ArrowLeft', { ctrlKey: true })).toBe(true)
  expect(press('x')).toBe(true)
  expect(focused()).toBe('three')
})

test('there is always a tab stop that can be used', async () => {
  const element = row('one', 'two')
  const [one] = element.querySelectorAll('button')
  if (!one) throw new Error('There is no button.')
  one.disabled = true
  await Promise.resolve()
  expect(stops(element)).toEqual(['two'])
  element.append(button('three'))
  await Promise.resolve()
  expect(stops(element)).toEqual(['two'])
  element.querySelectorAll('button')[1]?.remove()
  await Promise.resolve()
  expect(stops(element)).toEqual(['three'])
})
