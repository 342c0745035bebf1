import { expect, test } from 'vitest'
import { applies, readFence } from './fence'

test.each([
  ['go', '', 'go', undefined],
  ['go calc.go', '', 'go', 'calc.go'],
  ['go title="calc.go"', '', 'go', 'calc.go'],
  ["ts filename='src/a b.ts' {1,3}", '', 'ts', 'src/a b.ts'],
  ['go:app/calc.go', '', 'go', 'app/calc.go'],
  ['calc.go', '', 'calc.go', 'calc.go'],
  ['go ./calc.go:12', '', 'go', 'calc.go'],
  ['c++', '', 'c++', undefined],
  ['go', '**calc.go**', 'go', 'calc.go'],
  ['go', '**`app/calc.go`**:', 'go', 'app/calc.go'],
  ['go', 'In `calc.go`, after the imports:', 'go', 'calc.go'],
  ['go', '### calc.go', 'go', 'calc.go'],
  ['go', 'calc.go:', 'go', 'calc.go'],
  ['docker', '`Dockerfile`', 'docker', 'Dockerfile'],
  ['go', 'Between `a.go` and `b.go`:', 'go', undefined],
  ['go', 'Call `Add` twice:', 'go', undefined],
  ['go', 'That is all.', 'go', undefined],
  ['go title="../../etc/passwd"', '', 'go', undefined],
  ['go /etc/passwd', '', 'go', undefined],
  ['go C:\\x.go', '', 'go', undefined],
  ['go a\u202eb.go', '', 'go', undefined],
  ['js {highlight:[1]}', '', 'js', undefined],
])('of the fence %j below %j come %j and %j', (info, before, language, path) => {
  expect(readFence(info, before)).toEqual({ language, ...(path ? { path } : {}) })
})

test('what a command wrote, and a command without a file, is not for a file', () => {
  expect(['', 'text', 'diff', 'sh', 'console'].filter((language) => applies({ language }))).toEqual([])
  expect(applies({ language: 'go' })).toBe(true)
  expect(applies({ language: 'sh', path: 'build.sh' })).toBe(true)
})
