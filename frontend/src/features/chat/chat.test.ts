import { afterEach, expect, test, vi } from 'vitest'
import { Failure, type RestorePlan, type RestoreResult } from '../../bridge'
import { practice } from './testing/states'
import { renderChat, type Rendered } from './testing/render'
import { append, change, event, session, text, turn } from '../../testing/sessions'
import { calls } from '../../testing/window'

let chat: Rendered | undefined
afterEach(() => chat?.dispose())

test('Enter sends, Shift+Enter does not', async () => {
  chat = await renderChat(session())
  chat.type('  create notes.md  ')
  chat.press(chat.input(), 'Enter', { shiftKey: true })
  expect(calls(chat.host, 'Agent.Send')).toEqual([])
  chat.press(chat.input(), 'Enter')
  await chat.settle()
  expect(calls(chat.host, 'Agent.Send')).toEqual([
    ['s1', { text: 'create notes.md', images: [], references: [] }],
  ])
  expect(chat.input().value).toBe('')
})

test('nothing typed is lost when sending fails', async () => {
  const send = (): never => {
    throw new Failure('internal', 'The model is gone.', 'Choose another one.')
  }
  chat = await renderChat(session(), { methods: { 'Agent.Send': send } })
  chat.type('precious')
  chat.press(chat.input(), 'Enter')
  chat.type('typed meanwhile')
  await chat.settle()
  expect(chat.input().value).toBe('precious\ntyped meanwhile')
  expect(chat.root.textContent).toContain('The model is gone.')
  expect(chat.root.textContent).toContain('Choose another one.')
})

test('a draft is restored, kept over a switch of sessions, and saved on leaving the input', async () => {
  const other = session({ id: 's2', title: 'Other', draft: 'from before' })
  const list = [session(), other].map(({ id, title }) => ({
    id,
    title,
    createdAt: 0,
    updatedAt: 0,
    running: false,
    waiting: false,
  }))
  chat = await renderChat(session({ draft: 'saved' }), {
    methods: {
      'Sessions.List': () => list,
      'Sessions.Open': (id: string) => (id === 's2' ? other : session({ draft: 'saved' })),
    },
  })
  expect(chat.input().value).toBe('saved')
  chat.type('saved and more')
  chat.input().dispatchEvent(new Event('blur'))
  await chat.settle()
  expect(calls(chat.host, 'Sessions.SaveDraft').at(-1)).toEqual(['s1', expect.any(Number), 'saved and more'])
  const choose = async (title: string): Promise<void> => {
    chat?.root.querySelector<HTMLElement>('header .title')?.click()
    await chat?.settle()
    const rows = [...(chat?.root.querySelectorAll<HTMLElement>('.panel .row') ?? [])]
    rows.find((row) => row.textContent.includes(title))?.click()
    await chat?.settle()
  }
  await choose('Other')
  expect(chat.input().value).toBe('from before')
  await choose('Add a function Sum')
  expect(chat.input().value).toBe('saved and more')
})

test('stopping gives queued messages back to the input', async () => {
  const queue = [{ id: 'q1', text: 'and then this', queuedAt: 0 }]
  chat = await renderChat(session({ turns: [turn({ status: 'running' })], queue }))
  chat.type('half')
  chat.press(chat.input(), 'Escape')
  await chat.settle()
  expect(calls(chat.host, 'Agent.Stop')).toEqual([['s1']])
  const stopped = turn({ stopReason: 'cancelled', outcome: 'Stopped.' })
  const header = session({ queue: [], draft: 'and then this\n\nhalf' })
  chat.host.bridge.emit(
    'session',
    event(2, { kind: 'session', session: header }, { kind: 'turn', turn: stopped }),
  )
  await chat.settle()
  expect(chat.input().value).toBe('and then this\n\nhalf')
})

test('what was queued and given back at once, by a stop right then, is in the input', async () => {
  chat = await renderChat(session({ turns: [turn({ status: 'running' })] }))
  chat.type('and then this')
  chat.press(chat.input(), 'Enter')
  await chat.settle()
  expect(chat.input().value).toBe('')
  const stopped = turn({ stopReason: 'cancelled', outcome: 'Stopped.' })
  const header = session({ draft: 'and then this' })
  chat.host.bridge.emit(
    'session',
    event(2, { kind: 'session', session: header }, { kind: 'turn', turn: stopped }),
  )
  await chat.settle()
  expect(chat.input().value).toBe('and then this')
})

test('arrow up in the empty input brings earlier prompts back', async () => {
  chat = await renderChat(
    session({ turns: [turn({ id: 't1', prompt: 'one' }), turn({ id: 't2', prompt: 'two' })] }),
  )
  const values = ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown'].map((key) => {
    if (chat) chat.press(chat.input(), key)
    return chat?.input().value
  })
  expect(values).toEqual(['two', 'one', 'one', 'two', ''])
  chat.type('mine')
  chat.press(chat.input(), 'ArrowUp')
  expect(chat.input().value).toBe('mine')
})

test('an example fills the input and waits', async () => {
  chat = await renderChat(session({ turns: [] }), {
    methods: {
      'Agent.Examples': () => [
        { prompt: 'search for TODO', what: 'Only looks', references: [], practice: true },
        { prompt: 'for a real model', what: '', references: [], practice: false },
      ],
      'Agent.Providers': () => [practice],
    },
  })
  chat.root.querySelector<HTMLElement>('.examples button')?.click()
  await chat.settle()
  expect(chat.input().value).toBe('search for TODO')
  expect(document.activeElement).toBe(chat.input())
  expect(calls(chat.host, 'Agent.Send')).toEqual([])
})

test('finished blocks of a reply are the very same nodes while it goes on', async () => {
  const first = '# Title\n\nOne paragraph.\n\n- a\n- b\n\nTwo\n'
  chat = await renderChat(session({ turns: [turn({ status: 'running', items: [text('m1', first, true)] })] }))
  const [title, paragraph] = chat.root.querySelectorAll('.markdown .block')
  const inner = paragraph?.firstChild
  for (let seq = 2; seq < 20; seq++) {
    chat.host.bridge.emit('session', event(seq, append('m1', ` more ${seq}\n\nand`)))
    await chat.settle()
  }
  const after = chat.root.querySelectorAll('.markdown .block')
  expect(after[0]).toBe(title)
  expect(after[1]).toBe(paragraph)
  expect(after[1]?.firstChild).toBe(inner)
  expect(chat.root.querySelector('.markdown')?.textContent).toContain('more 19')
})

test('a link is opened only after its whole address was shown', async () => {
  const address = 'https://example.com/a?b=c'
  chat = await renderChat(session({ turns: [turn({ items: [text('m1', `[harmless](${address})`)] })] }))
  const link = chat.root.querySelector<HTMLElement>('.markdown a')
  link?.click()
  await chat.settle()
  expect(chat.host.questions[0]?.detail).toContain(address)
  expect(chat.host.log).toEqual([])
  chat.host.confirms.push(true)
  link?.click()
  await chat.settle()
  expect(chat.host.log.at(-1)).toBe(`external ${address}`)
})

const changed = turn({
  changes: [
    change('calc.go', { added: 3 }),
    change('gen.txt', { kind: 'added', by: 'command' }),
    change('b.go', { kind: 'renamed', from: 'a.go' }),
  ],
})

test('all changes of a turn open as one diff, those of commands too', async () => {
  chat = await renderChat(session({ turns: [changed] }))
  chat.button('View all changes').click()
  await chat.settle()
  const files = [
    { path: 'calc.go', kind: 'modified', before: 'c1', after: 'c2' },
    { path: 'gen.txt', kind: 'added', before: 'c1', after: 'c2' },
    { path: 'b.go', kind: 'renamed', from: 'a.go', before: 'c1', after: 'c2' },
  ]
  expect(chat.host.diffs[0]?.files).toEqual(files)
})

const threeFiles: RestorePlan = {
  write: ['calc.go', 'a.go'],
  delete: ['gen.txt'],
  merge: [],
  conflicts: [],
  unknown: [],
  unsaved: [],
  large: false,
  turns: 0,
  commands: [],
}

const restored: RestoreResult = {
  written: 0,
  deleted: 0,
  merged: 0,
  conflicts: [],
  unknown: [],
  unsaved: [],
  undo: 'u1',
  prompt: '',
  copy: '',
  note: '',
}

test('a revert is marked, and can be undone in the chat', async () => {
  const result: RestoreResult = {
    written: 2,
    deleted: 1,
    merged: 0,
    conflicts: [{ path: 'calc.go', reason: 'You changed it since.' }],
    unknown: [],
    unsaved: [],
    undo: 'u1',
    prompt: '',
    copy: '',
    note: '',
  }
  chat = await renderChat(session({ turns: [changed] }), {
    methods: {
      'Checkpoints.Preview': () => threeFiles,
      'Checkpoints.Restore': () => result,
      'Checkpoints.Undo': () => result,
    },
  })
  chat.button('Revert all changes').click()
  await chat.settle()
  expect(chat.root.textContent).toContain('You changed it since.')
  chat.host.bridge.emit('session', event(2, { kind: 'turn', turn: { ...changed, reverted: 'u1' } }))
  await chat.settle()
  expect(chat.root.textContent).toContain('Reverted')
  chat.button('Undo revert').click()
  await chat.settle()
  expect(calls(chat.host, 'Checkpoints.Undo')).toEqual([['s1', 'u1']])
})

test('restoring to a point shows first what it does', async () => {
  const plan = {
    write: ['calc.go'],
    delete: ['gen.txt'],
    merge: [],
    conflicts: [],
    unknown: ['node_modules'],
    unsaved: [],
    large: false,
    turns: 0,
    commands: [],
  }
  const restore = vi.fn(() => ({ ...restored, written: 1, deleted: 1 }))
  chat = await renderChat(session({ turns: [changed] }), {
    methods: { 'Checkpoints.Preview': () => plan, 'Checkpoints.Restore': restore },
  })
  chat.button('Restore').click()
  await chat.settle()
  expect(restore).not.toHaveBeenCalled()
  for (const part of ['calc.go', 'gen.txt', 'node_modules']) {
    expect(chat.root.querySelector('[role=dialog]')?.textContent).toContain(part)
  }
  // Whoever still holds the key that opened the preview has not seen it.
  const held = new KeyboardEvent('keydown', { key: 'Enter', repeat: true, bubbles: true, cancelable: true })
  chat.button('Restore 2 files').dispatchEvent(held)
  expect(held.defaultPrevented).toBe(true)
  chat.button('Restore 2 files').click()
  await chat.settle()
  expect(restore).toHaveBeenCalledWith({
    sessionId: 's1',
    turnId: 't1',
    checkpointId: '',
    scope: 'point',
    paths: [],
    merge: false,
    what: 'files',
    unsaved: [],
  })
  expect(chat.host.toasts.at(-1)).toMatchObject({
    message: 'Restored 2 files.',
    actions: [{ label: 'Undo' }],
  })
})

test('a deleted session can be brought back', async () => {
  chat = await renderChat(session({ turns: [turn()] }), {
    methods: { 'Sessions.Delete': () => undefined, 'Sessions.Undelete': () => undefined },
  })
  chat.root.querySelector<HTMLElement>('header .title')?.click()
  await chat.settle()
  chat.button('Delete').click()
  await chat.settle()
  expect(calls(chat.host, 'Sessions.Delete')).toEqual([['s1']])
  await chat.host.toasts.at(-1)?.actions[0]?.run()
  expect(calls(chat.host, 'Sessions.Undelete')).toEqual([['s1']])
})

test('without a folder the chat says how to get one', async () => {
  const none = (): never => {
    throw new Failure('no_workspace', 'No folder is open.', '')
  }
  chat = await renderChat(session(), { methods: { 'Sessions.List': none } })
  chat.button('Open Folder…').click()
  expect(chat.host.log.at(-1)).toBe('open folder')
})

test('the palette has the commands, and they do what the buttons do', async () => {
  chat = await renderChat(session({ turns: [changed] }))
  expect([...chat.host.commands.values()].map((each) => each.title)).toEqual([
    'Keel: Focus Chat',
    'Keel: New Session',
    'Keel: Find in Chat',
    'Keel: Choose Model…',
    'Keel: Try an Example…',
    'Keel: Zoom Chat In',
    'Keel: Zoom Chat Out',
    'Keel: Reset Chat Zoom',
    'Keel: Stop',
    'Keel: Toggle Autopilot/Supervised',
  ])
  await chat.host.commands.get('keel.toggleMode')?.run()
  expect(calls(chat.host, 'Agent.SetMode')).toEqual([['s1', 'supervised']])
})

test('every reply of the practice model says so; others say which model it was', async () => {
  const real = turn({ id: 't2', practice: false, provider: 'bedrock', model: 'claude' })
  chat = await renderChat(session({ turns: [turn(), real] }))
  const from = [...chat.root.querySelectorAll('.from')].map((each) =>
    each.textContent.replace(/\s+/g, ' ').trim(),
  )
  expect(from).toEqual(['Practice model offline stand-in', 'claude'])
})
