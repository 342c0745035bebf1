import { expect, test } from 'vitest'
import { keyAct } from './keys'

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

test.each([
  [{ key: 'f', ctrlKey: true }, 'find'],
  [{ key: 'f', metaKey: true }, 'find'],
  [{ key: 'F', ctrlKey: true, shiftKey: true }, undefined], // search in files
  [{ key: '=', ctrlKey: true }, 'in'],
  [{ key: '+', ctrlKey: true, shiftKey: true }, 'in'],
  [{ key: '-', ctrlKey: true }, 'out'],
  [{ key: '0', ctrlKey: true }, 'reset'],
  [{ key: '0', ctrlKey: true, altKey: true }, undefined], // a character on some keyboards
  [{ key: 'f' }, undefined],
  [{ key: '0' }, undefined],
])('%o does %s', (event, act) => {
  expect(keyAct({ ...none, ...event })).toBe(act)
})
