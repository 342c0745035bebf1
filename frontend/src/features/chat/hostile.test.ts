import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Session, SessionSummary } from '../../bridge'
import { approval, call, command, session, text, turn } from '../../testing/sessions'
import { question } from './testing/agentStates'
import { Asking } from './testing/asked'
import type { Rendered } from './testing/render'

// Whatever the model, a file or a tool writes is text: nothing of it becomes an
// element, an address that loads, or a character that cannot be seen.

const hostile =
  '<img src=x onerror=alert(1)><script>alert(1)</script>\u202e\u2066x\u200b\u001b[31m<a href="javascript:alert(1)">a</a>'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

function expectHarmless({ root }: Rendered): void {
  expect(root.querySelectorAll('script, img, iframe, object, embed, link, style, svg, math')).toHaveLength(0)
  expect(root.querySelectorAll('[href], [src], [srcset], [onerror], [onclick], [style*="url"]')).toHaveLength(
    0,
  )
  const attributes = [...root.querySelectorAll('*')].flatMap((each) =>
    [...each.attributes].map((attribute) => attribute.value),
  )
  for (const shown of [root.textContent, ...attributes])
    expect(shown).not.toMatch(/[\u202e\u2066\u200b\u001b]/)
  expect(root.textContent).toContain('U+202E')
}

const at = (fields: Parameters<typeof turn>[0]): Session => session({ turns: [turn(fields)] })
const choices = [hostile, 'no']

const places: Readonly<Record<string, Session>> = {
  'the title of a session': session({ title: hostile, turns: [turn()] }),
  'a prompt': at({ prompt: hostile }),
  'a reply': at({ items: [text('m1', hostile)] }),
  'a reply with an image': at({ items: [text('m1', `![${hostile}](http://127.0.0.1/x.png)`)] }),
  'a fence of a reply': at({ items: [text('m1', `\`\`\`html\n${hostile}\n\`\`\``)] }),
  'the language of a fence': at({ items: [text('m1', '```a\u202eb<img/src=x>\nx\n```')] }),
  'a diagram': at({ items: [text('m1', `\`\`\`mermaid\ngraph TD; A["${hostile}"]-->B\n\`\`\``)] }),
  'a table': at({ items: [text('m1', `| a |\n|---|\n| ${hostile} |`)] }),
  'the title of a call': at({ items: [call('c1', { title: hostile })] }),
  'the title of a file call': at({ items: [call('c1', { kind: 'edit', title: hostile, paths: [hostile] })] }),
  'a path that waits': at({
    status: 'waiting',
    items: [
      call('c1', {
        kind: 'delete',
        title: 'Delete',
        status: 'waiting',
        paths: [hostile],
        approval: approval(),
      }),
    ],
  }),
  'a diff': at({
    items: [
      call('c1', {
        kind: 'edit',
        title: 'Edit',
        diff: {
          path: hostile,
          kind: 'modified',
          added: 1,
          removed: 0,
          hunks: [
            { oldStart: 1, oldLines: 0, newStart: 1, newLines: 1, lines: [{ op: 'insert', text: hostile }] },
          ],
        },
      }),
    ],
  }),
  'a command, its folder and the reason': at({
    status: 'waiting',
    items: [
      command('c1', hostile, {
        status: 'waiting',
        folder: hostile,
        approval: approval({ reason: hostile, patterns: [hostile] }),
      }),
    ],
  }),
  'the output of a command': at({ items: [command('c1', 'ls', { output: hostile })] }),
  'a rejection': at({
    items: [
      command('c1', 'ls', {
        status: 'rejected',
        approval: approval({ answer: 'rejected', feedback: hostile }),
      }),
    ],
  }),
  'the result of a failed call': at({
    items: [call('c1', { kind: 'edit', title: 'Edit', status: 'failed', result: hostile })],
  }),
  'the steps of a sub agent': at({
    items: [
      call('c1', { name: 'sub_agent', kind: 'other', calls: [{ title: hostile, status: 'completed' }] }),
    ],
  }),
  'a plan': at({ status: 'running', todo: [{ text: hostile, status: 'pending' }] }),
  'a question, its hint and its choices': at({
    status: 'waiting',
    items: [
      {
        id: 'i1',
        step: 1,
        kind: 'question',
        text: '',
        streaming: false,
        question: question({ text: hostile, hint: hostile, choices }),
      },
    ],
  }),
  'an answer': at({
    items: [
      {
        id: 'i1',
        step: 1,
        kind: 'question',
        text: '',
        streaming: false,
        question: question({ answer: hostile, open: false }),
      },
    ],
  }),
  'a notice': at({
    status: 'running',
    items: [{ id: 'n1', step: 1, kind: 'notice', text: hostile, streaming: false, until: 0 }],
  }),
  'the outcome of a turn': at({ stopReason: 'failed', outcome: hostile, hint: hostile }),
  'the name of a model': at({ practice: false, model: hostile }),
  'a queued message': { ...at({ status: 'running' }), queue: [{ id: 'q1', text: hostile, queuedAt: 0 }] },
  'a command in the background': at({
    items: [command('c1', hostile, { commandId: 'k1', running: true, status: 'completed' })],
  }),
  'the path of a change': at({
    changes: [
      {
        path: hostile,
        from: '',
        kind: 'modified',
        by: 'tool',
        added: 1,
        removed: 0,
        binary: false,
        alsoUser: false,
      },
    ],
  }),
}

test.each(Object.entries(places))('%s is only text', async (_, shown) => {
  expectHarmless(await asking.open(shown))
})

test('so are the titles and findings in the list of sessions', async () => {
  const summary: SessionSummary = {
    id: 's1',
    title: hostile,
    createdAt: 0,
    updatedAt: 0,
    running: false,
    waiting: false,
  }
  const shown = await asking.open(session({ turns: [turn()] }), {
    'Sessions.List': () => [summary, { ...summary, id: 's2', waiting: true }],
    'Sessions.Search': () => [{ ...summary, id: 's3', turnId: 't1', excerpt: hostile }],
  })
  shown.root.querySelector<HTMLElement>('header .title')?.click()
  await shown.settle()
  expect(shown.root.querySelectorAll('.panel .row').length).toBeGreaterThan(1)
  expectHarmless(shown)
})

test('so is what stands behind disclosures', async () => {
  const shown = await asking.open(
    at({
      items: [
        call('c1', {
          title: 'Read',
          result: hostile,
          arguments: JSON.stringify({ path: hostile }),
          paths: [hostile],
        }),
        command('x1', 'ls', { approval: approval({ answer: 'approved', original: hostile }) }),
        { id: 'r1', step: 1, kind: 'reasoning', text: hostile, streaming: false },
        { id: 'r2', step: 1, kind: 'summary', text: hostile, streaming: false },
      ],
    }),
  )
  const closed = [...shown.root.querySelectorAll<HTMLElement>('.disclosure > [aria-expanded=false]')]
  expect(closed).toHaveLength(4)
  for (const each of closed) each.click()
  await shown.settle()
  expectHarmless(shown)
})
