import { afterEach, expect, test } from 'vitest'
import { Failure, type Prompt, type SessionReference } from '../../../bridge'
import type { FakeOptions } from '../../../bridge/fake'
import { event, session, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { content, file, look, many, matches, page, sent, spec } from '../../reference/testing/states'
import { renderChat, type Rendered } from '../testing/render'

let chat: Rendered | undefined
afterEach(() => {
  chat?.dispose()
  chat = undefined
})

async function open(draft: readonly SessionReference[] = [], options: FakeOptions = {}): Promise<Rendered> {
  chat = await renderChat(session(), {
    ...options,
    methods: {
      'Sessions.DraftParts': () => ({ references: [...draft], images: [] }),
      'References.Look': look,
      'References.Find': () => ({
        matches: matches.slice(0, 3),
        limitHit: false,
        partial: false,
        problem: '',
      }),
      'Search.ClearCache': () => undefined,
      ...options.methods,
    },
  })
  return chat
}

const chips = (shown: Rendered): HTMLElement[] => [
  ...shown.root.querySelectorAll<HTMLElement>('.composer [data-chip]'),
]
const names = (shown: Rendered): string[] =>
  chips(shown).map((each) => each.querySelector('.name')?.textContent ?? '')
const options = (shown: Rendered): HTMLElement[] => [
  ...shown.root.querySelectorAll<HTMLElement>('[role=option]'),
]
const last = (shown: Rendered): Prompt | undefined =>
  calls(shown.host, 'Agent.Send').at(-1)?.[1] as Prompt | undefined

function paste(shown: Rendered, text: string): boolean {
  const pasting = new Event('paste', { bubbles: true, cancelable: true })
  Object.assign(pasting, { clipboardData: { files: [], types: ['text/plain'], getData: () => text } })
  shown.input().dispatchEvent(pasting)
  if (!pasting.defaultPrevented) shown.type(shown.input().value + text)
  return pasting.defaultPrevented
}

test('"#" opens the picker, and Enter chooses instead of sending', async () => {
  const shown = await open()
  shown.type('why is #calcu')
  await shown.settle()
  const input = shown.input()
  expect(document.getElementById(input.getAttribute('aria-controls') ?? '')?.getAttribute('role')).toBe(
    'listbox',
  )
  shown.press(input, 'ArrowDown')
  const active = document.getElementById(input.getAttribute('aria-activedescendant') ?? '')
  expect(active?.getAttribute('aria-selected')).toBe('true')
  expect(active?.textContent).toContain('calculus')
  shown.press(input, 'Enter')
  await shown.settle()
  expect(input.value).toBe('why is #calculus ')
  expect(names(shown)).toEqual(['calculus'])
  expect(input.hasAttribute('aria-controls')).toBe(false)
  expect(calls(shown.host, 'Agent.Send')).toEqual([])
  shown.press(input, 'Enter')
  await shown.settle()
  expect(last(shown)).toMatchObject({
    text: 'why is #calculus',
    references: [{ kind: 'folder', path: 'lib/calculus' }],
  })
  expect(names(shown)).toEqual([])
})

test('Escape closes the picker only: the text stays, and no turn is stopped', async () => {
  const shown = await open([], {})
  shown.type('#calc')
  await shown.settle()
  shown.press(shown.input(), 'Escape')
  expect(options(shown)).toEqual([])
  expect(shown.input().value).toBe('#calc')
  expect(calls(shown.host, 'Agent.Stop')).toEqual([])
})

test('what is not there to point at is said', async () => {
  const shown = await open()
  shown.type('#sel')
  await shown.settle()
  options(shown)[0]?.click()
  await shown.settle()
  expect(shown.host.toasts.at(-1)?.message).toContain('Nothing is selected')
  expect(names(shown)).toEqual([])
})

test('chips are gone through and removed by the keyboard', async () => {
  const shown = await open(many.slice(0, 3))
  await shown.settle()
  shown.press(shown.input(), 'Backspace')
  expect(document.activeElement).toBe(chips(shown)[2])
  shown.press(chips(shown)[2] as Element, 'ArrowLeft')
  expect(document.activeElement).toBe(chips(shown)[1])
  shown.press(chips(shown)[1] as Element, 'Delete')
  await shown.settle()
  expect(names(shown)).toEqual(['calc.go', '.env'])
  expect(document.activeElement).toBe(chips(shown)[1])
  shown.button('Remove calc.go').click()
  await shown.settle()
  shown.press(chips(shown)[0] as Element, 'Backspace')
  await shown.settle()
  expect(names(shown)).toEqual([])
  expect(document.activeElement).toBe(shown.input())
})

test('what is kept from the agent goes only when that is said, which can be taken back', async () => {
  const shown = await open([file('.env')])
  await new Promise((resolve) => setTimeout(resolve, 200))
  await shown.settle()
  const described = (): string =>
    document.getElementById(chips(shown)[0]?.getAttribute('aria-describedby') ?? '')?.textContent ?? ''
  expect(described()).toContain('looks like a file with passwords')
  shown.button('Send it anyway: .env').click()
  await shown.settle()
  shown.button('Do not send .env').click()
  await shown.settle()
  expect(shown.find('Do not send .env')).toBeUndefined()
  shown.press(shown.input(), 'Enter')
  await shown.settle()
  expect(last(shown)?.references).toEqual([file('.env')])
})

test('a pasted address stands beside the text, is fetched by nothing, and goes with an undo', async () => {
  const shown = await open()
  expect(paste(shown, 'see https://go.dev/ref/spec.')).toBe(false)
  await shown.settle()
  expect(shown.input().value).toBe('see https://go.dev/ref/spec.')
  expect(names(shown)).toEqual(['go.dev'])
  expect(chips(shown)[0]?.textContent).toContain('Fetch and use')
  expect(shown.root.textContent).toContain('rules for robots')
  paste(shown, ' https://go.dev/ref/spec')
  await shown.settle()
  expect(names(shown)).toEqual(['go.dev'])
  expect(calls(shown.host, 'References.Look')).toEqual([])
  const area = shown.input()
  area.value = ''
  area.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'historyUndo' }))
  await shown.settle()
  expect(names(shown)).toEqual([])
})

test('what is dropped goes with the message; what cannot be taken is said', async () => {
  const shown = await open([], { files: { 'a.png': 'GIF89a' } })
  Object.assign(shown.host.sources, {
    dropped: async () => ({
      references: [{ kind: 'file', name: 'calc.go', path: 'calc.go' }],
      pictures: ['a.png'],
      problem: 'b.bin is no text.',
    }),
  })
  shown.host.bridge.bytes.glance = async () => ({ size: 3, mode: 0o644, head: new Uint8Array() })
  const drop = new Event('drop', { bubbles: true, cancelable: true })
  Object.assign(drop, { dataTransfer: { files: [], types: ['CodeFiles'] } })
  shown.root.querySelector('.list')?.dispatchEvent(drop)
  await shown.settle()
  expect(drop.defaultPrevented).toBe(true)
  expect(names(shown)).toEqual(['calc.go'])
  expect(shown.root.querySelectorAll('.composer img')).toHaveLength(1)
  expect(shown.host.toasts.at(-1)?.message).toBe('b.bin is no text.')
})

test('what a failed message pointed at is back', async () => {
  const shown = await open([file('calc.go'), page], {
    methods: {
      'Agent.Send': () => {
        throw new Failure('internal', 'No.', '')
      },
    },
  })
  shown.press(shown.input(), 'Enter')
  await shown.settle()
  expect(names(shown)).toEqual(['calc.go', 'go.dev'])
})

test('a file goes as its editor holds it when the message is sent', async () => {
  const shown = await open([file('calc.go', { given: 'old' })])
  Object.assign(shown.host.sources, {
    file: async (path: string) => ({ kind: 'file', name: path, path, given: 'new' }),
  })
  shown.press(shown.input(), 'Enter')
  await shown.settle()
  expect(last(shown)?.references).toEqual([file('calc.go', { given: 'new' })])
})

test('the preview of a page fetches it, shows what is hidden, and fetches it again only when told to', async () => {
  const short = { ...spec, text: spec.text.slice(0, 2000) }
  const shown = await open([page], {
    methods: { 'References.Look': async () => ({ ...page, content: short }) },
  })
  chips(shown)[0]?.click()
  await shown.settle()
  const { modal } = shown.host
  expect(modal?.textContent).toContain('Only the first 64 kB')
  expect(modal?.textContent).toContain('https://go.dev/ref/spec/')
  expect(modal?.querySelector('.hidden-character')?.textContent).toBe('U+200B')
  const again = [...(modal?.querySelectorAll('button') ?? [])].find((each) =>
    each.textContent.includes('Fetch again'),
  )
  again?.click()
  await shown.settle()
  expect(calls(shown.host, 'References.Look').map(([asked]) => (asked as { again: boolean }).again)).toEqual([
    false,
    true,
  ])
})

test('the preview says when a page is of, and that one was tried of which nothing came', async () => {
  const facts = (shown: Rendered): (string | null | undefined)[] =>
    [...(shown.host.modal?.querySelectorAll('dt') ?? [])].map((each) => each.textContent)
  let found = content({ address: page.address ?? '', date: Date.UTC(2024, 4, 6) })
  const shown = await open([page], {
    methods: { 'References.Look': async () => ({ ...page, content: found }) },
  })
  chips(shown)[0]?.click()
  await shown.settle()
  expect(facts(shown)).toEqual(['Address', 'Dated', 'Fetched', 'Size'])
  found = content({ text: '', problem: 'Nothing was fetched.', hint: 'Look again.' })
  const again = [...(shown.host.modal?.querySelectorAll('button') ?? [])].find((each) =>
    each.textContent.includes('Fetch again'),
  )
  again?.click()
  await shown.settle()
  expect(facts(shown)).toEqual(['Address', 'Tried'])
})

test('a fetch can be cancelled', async () => {
  const shown = await open([page], { methods: { 'References.Look': () => new Promise(() => undefined) } })
  chips(shown)[0]?.click()
  await shown.settle()
  expect(shown.host.modal?.textContent).toContain('Fetching it from go.dev')
  shown.host.modal?.querySelector('button')?.click()
  await shown.settle()
  expect(shown.host.modal).toBeUndefined()
  expect(calls(shown.host, 'References.StopLooking')).toHaveLength(1)
  expect(chips(shown)[0]?.textContent).toContain('Fetch and use')
})

test('a sent prompt shows what it pointed at, and looks at nothing anew', async () => {
  chat = await renderChat(session({ turns: [turn({ references: sent.slice(0, 2) })] }))
  const sentChips = chat.root.querySelectorAll<HTMLElement>('.prompt [data-chip]')
  expect(sentChips).toHaveLength(2)
  expect(chat.root.querySelector('.prompt .remove')).toBeNull()
  sentChips[0]?.click()
  await chat.settle()
  expect(chat.host.modal?.textContent).toContain('func Add')
  expect(calls(chat.host, 'References.Look')).toEqual([])
})

test('while it is read that is said, and going back brings what was pointed at back', async () => {
  const running = turn({ status: 'running', references: [file('a.go'), page], reading: true })
  chat = await renderChat(session({ turns: [running] }))
  expect(chat.root.querySelector('.prompt [role=status]')?.textContent.trim()).toBe('Reading 2 references…')
  const busy = [...chat.root.querySelectorAll('.prompt [data-chip]')].map((each) =>
    each.getAttribute('aria-busy'),
  )
  expect(busy).toEqual(['true', 'true'])
  // A header without references leaves them as they are.
  chat.host.bridge.emit('session', event(2, { kind: 'turn', turn: turn({ status: 'done' }) }))
  await chat.settle()
  expect(chat.root.querySelectorAll('.prompt [data-chip]')).toHaveLength(2)
  chat.host.bridge.emit('session', event(3, { kind: 'rewound', turnId: 't1' }))
  await chat.settle()
  expect(names(chat)).toEqual(['a.go', 'go.dev'])
  const back = turn({ references: [file('a.go', { content: content() }), { ...page, content: content() }] })
  chat.host.bridge.emit('session', event(4, { kind: 'turn', turn: back }))
  await chat.settle()
  expect(names(chat)).toEqual([])
})

test('what is read for a message that was sent later says so there, and only there', async () => {
  const first = [file('a.go', { content: content() })]
  const later = {
    id: 'p1',
    step: 1,
    kind: 'prompt' as const,
    text: 'and this',
    streaming: false,
    references: [file('b.go')],
  }
  chat = await renderChat(
    session({ turns: [turn({ status: 'running', reading: true, references: first, items: [later] })] }),
  )
  const said = [...chat.root.querySelectorAll('.prompt [role=status]')]
  expect(said.map((each) => each.textContent.trim())).toEqual(['Reading 1 reference…'])
  expect(said[0]?.closest('[data-item]')).not.toBeNull()
})
