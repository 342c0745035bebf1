import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  MarkerSeverity,
  type IMarker,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { folderPaths } from './files/paths'
import { problemsOf } from './markers'
import { Telling } from './telling'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const paths = folderPaths('/home/user/calc')

function marker(file: string, severity: MarkerSeverity, fields: Partial<IMarker> = {}): IMarker {
  return {
    owner: 'ts',
    resource: URI.file(file),
    severity,
    message: 'wrong',
    startLineNumber: 3,
    startColumn: 5,
    endLineNumber: 3,
    endColumn: 9,
    ...fields,
  }
}

test('problems of the folder are told, errors first', () => {
  const found = problemsOf(
    [
      marker('/home/user/calc/a.ts', MarkerSeverity.Hint),
      marker('/home/user/other/b.ts', MarkerSeverity.Error),
      marker('/home/user/calc/src/c.ts', MarkerSeverity.Error, { source: 'ts', message: 'bad' }),
      marker('/home/user/calc/d.ts', MarkerSeverity.Warning),
    ],
    paths,
  )
  expect(found[0]).toEqual({
    path: 'src/c.ts',
    line: 3,
    column: 5,
    severity: 'error',
    source: 'ts',
    message: 'bad',
  })
  expect(found.map((each) => each.severity)).toEqual(['error', 'warning', 'hint'])
})

test('of very many problems the worst are told', () => {
  const many = Array.from({ length: 600 }, (_, i) =>
    marker('/home/user/calc/a.ts', i < 599 ? MarkerSeverity.Warning : MarkerSeverity.Error),
  )
  const found = problemsOf(many, paths)
  expect(found).toHaveLength(500)
  expect(found[0]?.severity).toBe('error')
})

test('the first change is told at once, those after it at the end of the pause', async () => {
  const told: number[] = []
  const telling = new Telling(500, async (seq) => void told.push(seq))
  telling.changed()
  telling.changed()
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toHaveLength(1)
  for (let i = 0; i < 20; i++) telling.changed()
  await vi.advanceTimersByTimeAsync(499)
  expect(told).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toHaveLength(2)
})

test('numbers grow, also when the clock stands still, and after a failure', async () => {
  const told: number[] = []
  const telling = new Telling(0, async (seq) => {
    told.push(seq)
    if (told.length === 1) throw new Error('busy')
  })
  vi.setSystemTime(5000)
  for (let i = 0; i < 3; i++) {
    telling.changed()
    await vi.advanceTimersByTimeAsync(0)
    vi.setSystemTime(5000)
  }
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toEqual([5000, 5001, 5002])
})
