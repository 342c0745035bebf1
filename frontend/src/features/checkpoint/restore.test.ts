import { expect, test } from 'vitest'
import { Failure, type RestoreResult } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import type { CheckpointHost, ToastAction } from './host'
import { restore, revert } from './restore'

const result: RestoreResult = { written: 2, deleted: 1, conflicts: [], unknown: [], undo: 'u1' }

function host(answer: () => unknown) {
  const toasts: { severity: string; message: string; actions: readonly ToastAction[] }[] = []
  const toast =
    (severity: string) =>
    (message: string, actions: readonly ToastAction[] = []): void =>
      void toasts.push({ severity, message, actions })
  const bridge = fakeBridge({ methods: { 'Checkpoints.Restore': answer, 'Checkpoints.Undo': () => result } })
  const made: CheckpointHost = {
    bridge,
    notify: { info: toast('info'), warn: toast('warn'), error: toast('error') },
    openFile: async () => undefined,
    openMultiDiff: async () => undefined,
  }
  return { host: made, bridge, toasts }
}

test('a revert says what it did, and can be undone from there', async () => {
  const { host: window, bridge, toasts } = host(() => result)
  expect(await revert(window, 's1', 't1')).toEqual(result)
  expect(toasts[0]).toMatchObject({ severity: 'info', message: 'Reverted 3 files.' })
  await toasts[0]?.actions[0]?.run()
  expect(bridge.calls).toEqual([
    { name: 'Checkpoints.Restore', arguments: [{ sessionId: 's1', turnId: 't1', scope: 'turn', paths: [] }] },
    { name: 'Checkpoints.Undo', arguments: ['s1', 'u1'] },
  ])
  expect(toasts[1]?.message).toBe('Brought back 3 files.')
})

test('files that were left alone are named', async () => {
  const conflicts = [{ path: 'a.go', reason: 'changed since' }]
  const { host: window, toasts } = host(() => ({ ...result, conflicts }))
  await restore(window, 's1', 't1', 'point')
  expect(toasts[0]).toMatchObject({
    severity: 'warn',
    message: 'Restored 3 files. Left as it is, because of newer changes: a.go.',
  })
})

test('a failure says what happened and what to do', async () => {
  const { host: window, toasts } = host(() => {
    throw new Failure('busy', 'A turn is running.', 'Stop it first.')
  })
  expect(await revert(window, 's1', 't1')).toBeUndefined()
  expect(toasts).toMatchObject([
    { severity: 'error', message: 'A turn is running. Stop it first.', actions: [] },
  ])
})
