import { expect, test } from 'vitest'
import type { SessionAuthor, SessionFileChange } from '../../bridge'
import { author, drifted } from './wording'

function change(path: string, fields: Partial<SessionFileChange> = {}): SessionFileChange {
  const plain = { from: '', kind: 'modified', added: 0, removed: 0, binary: false } as const
  return { path, ...plain, by: 'tool', alsoUser: false, ...fields }
}

test.each<[SessionAuthor, string]>([
  ['tool', ''],
  ['command', 'by a command'],
  ['background', 'by a command the agent left running'],
  ['user', 'by you'],
  ['restore', 'by a restore'],
  ['session', 'by another session'],
  ['unknown', 'by another program'],
])('a change made by %s says %j', (by, said) => {
  expect(author(change('a', { by }))).toBe(said)
})

test.each<[SessionAuthor | undefined, string]>([
  ['user', 'also by you'],
  ['restore', 'also by a restore'],
  ['session', 'also by another session'],
  ['unknown', 'also by another program'],
  [undefined, 'also by you'], // of an earlier Keel
])('what %s changed too says %j, whoever of the agent it was', (also, said) => {
  for (const by of ['tool', 'command', 'background'] as const) {
    expect(author(change('a', { by, alsoUser: true, ...(also ? { also } : {}) }))).toBe(said)
  }
})

test('what a command that was left running changed is told, and nothing else is', () => {
  const changes = [
    change('log', { by: 'background' }),
    change('mine', { by: 'user' }),
    change('theirs', { by: 'unknown' }),
  ]
  expect(drifted(changes)).toEqual({
    text: 'Since the last message, 1 file was changed by a command the agent left running.',
    paths: ['log'],
  })
  changes.push(change('out\u202e', { by: 'background' }))
  const more = drifted(changes)
  expect(more?.text).toBe('Since the last message, 2 files were changed by a command the agent left running.')
  expect(more?.paths[1]).not.toContain('\u202e')
})

test('without such a command there is nothing to tell', () => {
  expect(drifted(undefined)).toBeUndefined()
  expect(drifted([change('mine', { by: 'user' })])).toBeUndefined()
})
