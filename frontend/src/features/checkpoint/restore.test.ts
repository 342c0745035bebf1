import { flushSync } from 'svelte'
import { expect, test, vi } from 'vitest'
import { Failure, type RestorePlan } from '../../bridge'
import { checkpointTarget, askAndRestore, pointTarget, restore, revert, undo } from './restore'
import { calls, dialogButton, done, emptyPlan, fakeWindow, settle } from './testing'

const plan: RestorePlan = { ...emptyPlan, write: ['a.go', 'b.go'], delete: ['c.go'] }
const mine = { path: 'a.go', content: 'bWluZQ==' }

function fails(code: 'busy' | 'not_found', message: string, hint = '') {
  return () => {
    throw new Failure(code, message, hint)
  }
}

test('a revert says what it did, and can be undone from there', async () => {
  const host = fakeWindow({ 'Checkpoints.Preview': () => plan })
  expect(await revert(host, 's1', 't1')).toEqual(done)
  expect(host.toasts[0]).toMatchObject({ severity: 'info', message: 'Reverted 3 files.' })
  expect(calls(host, 'Checkpoints.Restore')).toEqual([
    [
      {
        scope: 'turn',
        sessionId: 's1',
        turnId: 't1',
        checkpointId: '',
        paths: [],
        merge: false,
        what: 'files',
        unsaved: [],
      },
    ],
  ])
  await host.toasts[0]?.actions[0]?.run()
  expect(calls(host, 'Checkpoints.Undo')).toEqual([['s1', 'u1']])
  expect(host.toasts[1]?.message).toBe('Brought back 3 files.')
})

test('where files can be merged it asks, and merges only when that is wanted', async () => {
  for (const merge of [false, true]) {
    const host = fakeWindow({ 'Checkpoints.Preview': () => ({ ...plan, merge: ['d.go'] }) })
    const reverted = revert(host, 's1', 't1')
    await vi.waitFor(() => expect(host.modal).toBeDefined())
    flushSync()
    expect(host.modal?.textContent).toContain('Undo the agent’s changes?')
    const box = host.modal?.querySelector('input')
    expect(box?.checked).toBe(false)
    if (merge) {
      box?.click()
      flushSync()
    }
    dialogButton(host, merge ? 'Revert 4 files' : 'Revert 3 files').click()
    await reverted
    expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({ merge })
  }
})

test('nothing is done when the dialog is closed', async () => {
  const host = fakeWindow()
  const asked = askAndRestore(host, checkpointTarget('c1'), plan)
  await settle()
  expect(host.modal?.textContent).toContain('Put everything back to this point?')
  dialogButton(host, 'Cancel').click()
  expect(await asked).toBeUndefined()
  expect(host.bridge.calls).toEqual([])
})

test('much is asked about once more, with the numbers', async () => {
  const host = fakeWindow()
  const large = { ...plan, write: Array.from({ length: 800 }, (_, i) => `f${i}`), large: true }
  expect(await restore(host, pointTarget('s1', 't1'), large)).toBeUndefined()
  expect(calls(host, 'Checkpoints.Restore')).toEqual([])
  expect(host.questions[0]).toMatchObject({
    message: 'This is a lot: 801 files. Go on?',
    detail: '800 files would be written and 1 file deleted. You can undo it.',
  })
  host.confirms.push(true)
  expect(await restore(host, pointTarget('s1', 't1'), large)).toEqual(done)
})

test('unsaved text goes along, its editors are read again, and Undo brings it back', async () => {
  const host = fakeWindow({
    'Checkpoints.Restore': () => ({ ...done, unsaved: ['a.go'] }),
    'Checkpoints.Unsaved': () => [mine],
  })
  host.unsaved = [mine]
  await restore(host, pointTarget('s1', 't1'), { ...plan, unsaved: ['a.go'] })
  expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({ unsaved: [mine] })
  expect(host.reloaded).toEqual([['a.go']])
  host.unsaved = []
  await host.toasts[0]?.actions[0]?.run()
  expect(calls(host, 'Checkpoints.Unsaved')).toEqual([['u1']])
  expect(host.broughtBack).toEqual([['a.go']])
})

test('unsaved text for which there is no room any more is offered beside', async () => {
  const host = fakeWindow({ 'Checkpoints.Unsaved': () => [mine] })
  host.inTheWay = [mine]
  await undo(host, 's1', 'u1')
  expect(host.toasts.at(-1)).toMatchObject({ severity: 'warn', actions: [{ label: 'Show It' }] })
})

test('an editor in which someone went on typing is named', async () => {
  const host = fakeWindow()
  host.editors.reload = async () => ['a.go']
  await restore(host, pointTarget('s1', 't1'), plan)
  expect(host.toasts.at(-1)).toMatchObject({ severity: 'warn' })
  expect(host.toasts.at(-1)?.message).toContain('a.go')
})

test('a restore that fails leaves every editor as it is', async () => {
  const host = fakeWindow({ 'Checkpoints.Restore': fails('busy', 'A turn is running.', 'Stop it first.') })
  host.unsaved = [mine]
  expect(await restore(host, pointTarget('s1', 't1'), plan)).toBeUndefined()
  expect(host.reloaded).toEqual([])
  expect(host.toasts).toMatchObject([
    { severity: 'error', message: 'A turn is running. Stop it first.', actions: [] },
  ])
})

test('after the history was deleted a revert says so', async () => {
  const gone = 'The checkpoint that this needs is gone: this folder’s history was deleted or cleaned up.'
  const host = fakeWindow({ 'Checkpoints.Preview': fails('not_found', gone) })
  expect(await revert(host, 's1', 't1')).toBeUndefined()
  expect(host.toasts).toMatchObject([{ severity: 'error', message: gone }])
})

test('files are brought back also when the kept text cannot be read', async () => {
  const host = fakeWindow({ 'Checkpoints.Unsaved': fails('busy', 'It is damaged.') })
  expect(await undo(host, 's1', 'u1')).toEqual(done)
  expect(host.toasts.map((toast) => toast.severity)).toEqual(['warn', 'info'])
})

test('files that were left alone are named', async () => {
  const conflicts = [{ path: 'a.go', reason: 'changed since' }]
  const host = fakeWindow({ 'Checkpoints.Restore': () => ({ ...done, conflicts, merged: 1 }) })
  await restore(host, pointTarget('s1', 't1'), plan)
  expect(host.toasts[0]).toMatchObject({
    severity: 'warn',
    message:
      'Restored 3 files. 1 file of them kept what you changed since. Left as it is, because of newer changes: a.go.',
  })
})
