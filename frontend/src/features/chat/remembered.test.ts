import { afterEach, expect, test } from 'vitest'
import { Failure } from '../../bridge'
import { session, turn } from '../../testing/sessions'
import { calls } from '../../testing/window'
import { renderChat, type Rendered } from './testing/render'

let chat: Rendered | undefined
afterEach(() => chat?.dispose())

const zoom = (shown: Rendered): string | undefined =>
  shown.root.querySelector<HTMLElement>('.content')?.dataset['zoom']
const shown = session({ turns: [turn()] })
const kept = (value: Record<string, string>): object => ({ methods: { 'Storage.Load': () => value } })

test('the chat is drawn as large as it was, within bounds, whatever is stored', async () => {
  for (const [stored, wanted] of [
    ['150', '150'],
    ['9999', '200'],
    ['-3', '70'],
    ['x', '100'],
  ] as const) {
    chat = await renderChat(shown, kept({ 'keel.chat.zoom': stored }))
    expect(zoom(chat)).toBe(wanted)
    chat.dispose()
  }
  chat = undefined
})

test('keys in the chat and commands zoom, and it is kept for all windows', async () => {
  chat = await renderChat(shown)
  chat.press(chat.input(), '=', { ctrlKey: true })
  await chat.host.commands.get('keel.zoomChatIn')?.run()
  await chat.settle()
  expect(zoom(chat)).toBe('120')
  chat.press(chat.input(), '-', { ctrlKey: true })
  expect(calls(chat.host, 'Storage.Update').length).toBeGreaterThan(0)
  chat.press(chat.input(), '0', { ctrlKey: true })
  await chat.settle()
  expect(zoom(chat)).toBe('100')
  expect(calls(chat.host, 'Storage.Update').at(-1)).toEqual([
    { scope: 'application', set: { 'keel.chat.zoom': '100' }, delete: [] },
  ])
})

test('a reply is rated and the rating taken back; where it is kept is said once', async () => {
  chat = await renderChat(shown)
  chat.button('Good reply').click()
  await chat.settle()
  expect(chat.button('Good reply').getAttribute('aria-pressed')).toBe('true')
  expect(chat.host.toasts.map((each) => each.message)).toEqual([
    'What you think of replies is kept on this machine only.',
  ])
  chat.button('Good reply').click()
  await chat.settle()
  chat.button('Bad reply').click()
  await chat.settle()
  expect(calls(chat.host, 'Sessions.Rate')).toEqual([
    ['s1', 't1', 'up'],
    ['s1', 't1', ''],
    ['s1', 't1', 'down'],
  ])
  expect(chat.host.toasts).toHaveLength(1)
})

test('a rating that could not be kept is not shown', async () => {
  chat = await renderChat(shown, {
    methods: {
      'Sessions.Rate': () => {
        throw new Failure('internal', 'The rating could not be kept.', 'Try again.')
      },
    },
  })
  chat.button('Good reply').click()
  await chat.settle()
  expect(chat.button('Good reply').getAttribute('aria-pressed')).toBe('false')
  expect(chat.host.toasts.map((each) => each.message)).toEqual(['The rating could not be kept. Try again.'])
})
