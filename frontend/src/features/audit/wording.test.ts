import { expect, test } from 'vitest'
import { everything, kindChoices, narrows, outcomeChoices, sessionChoices } from './filter'
import { record } from './testing'
import { facts, outcomeLook, recordJson, stages, what } from './wording'

test('the stations of a call that was changed, approved and failed', () => {
  const call = record(1, {
    effect: 'ask',
    reason: 'No trusted command matches.',
    answer: 'approved',
    original: 'echo one; echo two',
    status: 'failed',
    hasExit: true,
    exitCode: 2,
    durationMs: 1500,
    outcome: 'failed',
  })
  expect(stages(call)).toEqual([
    { name: 'Decision', text: 'Asked you', quote: 'No trusted command matches.' },
    { name: 'Answer', text: 'You approved, after a change', quote: '' },
    { name: 'Outcome', text: 'Failed, exit code 2, after 1.5 s', quote: '' },
  ])
})

test('a rejection says why, a question waits', () => {
  const rejected = record(1, { effect: 'ask', answer: 'rejected', feedback: 'too slow', status: 'rejected' })
  expect(stages(rejected).map(({ text, quote }) => [text, quote])).toEqual([
    ['Asked you', 'The trusted command “echo *” matches.'],
    ['You rejected', 'too slow'],
    ['Not done', ''],
  ])
  const waiting = record(2, { effect: 'ask', status: '', outcome: 'waiting' })
  expect(stages(waiting).at(-1)).toEqual({ name: 'Answer', text: 'Waits for you', quote: '' })
})

test('every outcome that can be chosen has a look of its own', () => {
  const chosen = outcomeChoices.map(({ value }) => value).filter(Boolean)
  expect(chosen.length).toBeGreaterThan(4)
  for (const outcome of chosen) expect(outcomeLook(record(1, { outcome })).text).not.toBe(outcome)
  expect(outcomeLook(record(1, { outcome: 'allowed' })).text).toBe('Ran unasked')
  expect(outcomeLook(record(1, { outcome: 'new' }))).toMatchObject({ icon: 'question', text: 'new' })
})

test('a call is named by its command, its paths or its title', () => {
  expect(what(record(1))).toEqual({ verb: 'run_command', code: 'echo 1' })
  const plain = record(1, { tool: 'edit_file', command: '', paths: ['a.go', 'b.go'] })
  expect(what(plain)).toEqual({ verb: 'edit_file', code: 'a.go, b.go' })
  expect(what({ ...plain, paths: [], title: 'Fetch https://go.dev' }).code).toBe('Fetch https://go.dev')
  expect(what({ ...plain, event: 'trust', title: 'Trusted', pattern: 'npm *' })).toEqual({
    verb: 'Trusted',
    code: 'npm *',
  })
})

test('facts that are not known are left out, and the top folder has a name', () => {
  const known = facts(record(7, { folder: '' }), 'Add a function Sum')
  expect(known.map(({ name }) => name)).not.toContain('Asked for at first')
  expect(known).toContainEqual({ name: 'Folder', value: '.', code: true })
  expect(known).toContainEqual({ name: 'Whose rule', value: 'Your settings', code: false })
  expect(known).toContainEqual({ name: 'Rule', value: 'Trusted command', code: false })
})

test('a record copies as what the log holds', () => {
  expect(JSON.parse(recordJson(record(3)))).toEqual(record(3))
})

test('filters', () => {
  expect(narrows(everything)).toBe(false)
  expect(narrows({ ...everything, kind: 'read' })).toBe(true)
  expect(kindChoices.map(({ value }) => value)).toContain('trust')
  expect(sessionChoices([{ id: 's1', title: '' }], 'gone')).toEqual([
    { value: '', label: 'All sessions' },
    { value: 's1', label: 'Deleted session' },
    { value: 'gone', label: 'Deleted session' },
  ])
})
