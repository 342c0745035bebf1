import { expect, test } from 'vitest'
import { sizeOf } from './effort'
import { prepare } from './source'

const text = (source: string): string | undefined => {
  const prepared = prepare(source)
  return prepared.refusal === undefined ? prepared.text : undefined
}

test.each([
  ['%%{init: {"securityLevel": "loose"}}%%\ngraph TD\nA'],
  ['%%{init: {"theme": "dark"}}%%%%{wrap}%%\ngraph TD\nA'],
  ['%%{init: {"securityLevel": "loose"}\ngraph TD\nA'],
  ['%%{\ninit: {"a":\n 1}}%%\ngraph TD\nA'],
  ['---\nconfig:\n  securityLevel: loose\n---\ngraph TD\nA'],
  ['  ---\nconfig: {}\n  ---\ngraph TD\nA'],
  ['---\na: 1\n---\n---\nconfig: {}\n---\ngraph TD\nA'],
  ['\r\n---\r\nconfig: {}\r\n---\r\n%%{init: {}}%%\r\ngraph TD\r\nA'],
])('of %j only the diagram is left', (source) => {
  const left = text(source)
  expect(left).toMatch(/^(?:%%\n)?graph TD\nA$/)
  expect(left).not.toContain('%%{')
})

test('what is left of one directive begins no other', () => {
  expect(text('%%%%{wrap}%%{init: {"securityLevel": "loose"}}%%\ngraph TD\nA')).not.toContain('%%{')
})

test.each([
  [''],
  ['---\nnever ends'],
  ['x'.repeat(20_001)],
  ['graph TD\nA@{ img: "https://evil.example/x" }'],
  ['graph TD\nA@{ "\\x69mg": "https://evil.example/x" }'],
  ['block-beta\ncolumns 99999999'],
  ['radar-beta\nticks 999999'],
  ['sequenceDiagram\nNote over A: $$x$$'],
])('%j is not drawn, and a sentence says why', (source) => {
  expect(prepare(source).refusal).toMatch(/^[A-Z].*\.$/)
})

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

test.each([
  ['graph', 'A --> B', 'ordinary'],
  ['graph', many(20, (i) => `n${i} --> n${i + 1}`), 'ordinary'],
  ['graph', many(30, (i) => `n${i} --> n${i + 1}`), 'large'],
  // The same in one line, in short words.
  ['graph', many(50, (i) => `n${i}`).replaceAll('\n', '-->'), 'large'],
  ['graph', many(400, (i) => `n${i}`).replaceAll('\n', '-->'), 'too large'],
  ['graph', 'a & b & c --> d & e & f', 'ordinary'],
  ['graph', `${'a & '.repeat(11)} b --> ${'c & '.repeat(11)} d`, 'large'],
  ['graph', `${'a & '.repeat(30)} b --> ${'c & '.repeat(30)} d`, 'too large'],
  ['graph', `A["${'word '.repeat(500)}"]`, 'large'],
  ['graph', `A["${'word '.repeat(2500)}"]`, 'too large'],
  ['sequenceDiagram', many(60, (i) => `A->>B: message ${i}`), 'ordinary'],
  ['classDiagram', many(40, (i) => `A${i} <|-- B${i}`), 'large'],
  ['mindmap', many(30, (i) => ` n${i}`), 'large'],
  ['block', 'columns 3\na b c', 'large'],
  ['block', 'columns 9999\na space:9999 b', 'too large'],
  ['block', many(60, () => 'space:99'), 'too large'],
  ['gantt', 'a :2024-01-01, 1d', 'large'],
  ['somethingNew', 'x', 'large'],
])('a %s of %j is %s', (kind, source, size) => {
  expect(sizeOf(kind, source)).toBe(size)
})

test('what may take long is drawn on request, and what would hang is not', () => {
  const large = (source: string): boolean | undefined => {
    const prepared = prepare(source)
    return prepared.refusal === undefined ? prepared.large : undefined
  }
  expect(large('graph TD\nA --> B')).toBe(false)
  expect(large('stateDiagram-v2\n[*] --> A')).toBe(false)
  expect(large('gantt\na :2024-01-01, 1d')).toBe(true)
  expect(large(`graph TD\n${'A --> B\n'.repeat(60)}`)).toBe(true)
  expect(large(`graph TD\n${'A --> B\n'.repeat(2000)}`)).toBeUndefined()
  expect(large('block-beta\ncolumns 9999\na space:9999 b')).toBeUndefined()
})
