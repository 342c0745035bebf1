import { expect, it } from 'vitest'
import type { TrustImport } from '../../bridge'
import { chosenAtFirst, sources, taken } from './imports'

const pattern = { original: '', note: '', known: false, usable: true, wide: false }
const found: TrustImport[] = [
  {
    editor: 'Kiro',
    file: '/home/user/.config/Kiro/User/settings.json',
    problem: '',
    patterns: [
      { ...pattern, pattern: 'npm test', original: 'npm test' },
      { ...pattern, pattern: '*', original: '*', wide: true },
      { ...pattern, pattern: 'make', original: 'make', known: true },
      { ...pattern, pattern: '', original: '/^git/', usable: false, note: 'A regular expression.' },
    ],
    denied: ['curl', 'rm -rf'],
  },
  {
    editor: 'VS Code',
    file: '/home/user/.config/Code/User/settings.json',
    problem: '',
    patterns: [{ ...pattern, pattern: 'npm test', original: 'npm test' }],
    denied: [],
  },
]

it('chooses nothing wide, known or without counterpart by itself, and each thing once', () => {
  const all = sources(found, ['curl'])
  expect(taken(all, chosenAtFirst(all))).toEqual({ patterns: ['npm test'], denied: ['rm -rf'] })
})

it('says of a denied text that a space behind it counts', () => {
  const denied = sources(
    [{ editor: '', file: '', problem: '', patterns: [], denied: ['rm ', 'sudo'] }],
    [],
  )[0]?.choices
  expect(denied?.map(({ text, note }) => [text, note !== ''])).toEqual([
    ['rm ', true],
    ['sudo', false],
  ])
})

it('takes what was ticked, and never what cannot be', () => {
  const all = sources(found, [])
  expect(taken(all, new Set(['pattern *', 'pattern make', 'pattern /^git/', 'denied curl']))).toEqual({
    patterns: ['*'],
    denied: ['curl'],
  })
})
