import type { Checkpoint, RestorePlan, RestoreResult } from '../../bridge'
import type { FakeOptions } from '../../bridge/fake'
import { fakeWindow as windowOf, type FakeWindow } from '../../testing/window'

export { calls, type FakeWindow } from '../../testing/window'

export const emptyPlan: RestorePlan = {
  write: [],
  delete: [],
  merge: [],
  conflicts: [],
  unknown: [],
  unsaved: [],
  large: false,
  turns: 0,
  commands: [],
}

export const done: RestoreResult = {
  written: 2,
  deleted: 1,
  merged: 0,
  conflicts: [],
  unknown: [],
  unsaved: [],
  undo: 'u1',
  prompt: '',
  copy: '',
  note: '',
}

export const manual: Checkpoint = {
  id: 'c1',
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  reason: 'manual',
  label: 'before the rewrite',
  name: '',
  sessionId: '',
  turnId: '',
  complete: true,
  files: 12,
  changed: 3,
  pinned: false,
  problems: [],
}

/** fakeWindow answers Go's methods from `methods`; restores succeed. */
export function fakeWindow(methods: FakeOptions['methods'] = {}): FakeWindow {
  return windowOf({
    methods: { 'Checkpoints.Restore': () => done, 'Checkpoints.Undo': () => done, ...methods },
  })
}

/** The button of the open dialog that has this text. */
export function dialogButton(host: FakeWindow, text: string): HTMLButtonElement {
  const all = [...(host.modal?.querySelectorAll('button') ?? [])]
  const found = all.find((button) => button.textContent.trim() === text)
  if (!found) throw new Error(`There is no button "${text}" in:\n${host.modal?.textContent ?? 'no dialog'}`)
  return found
}

/** Lets promises and drawing happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
