import { expect, test } from 'vitest'
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

test('what may take long is drawn on request', () => {
  const large = (source: string): boolean => {
    const prepared = prepare(source)
    return prepared.refusal === undefined && prepared.large
  }
  expect(large('graph TD\nA --> B')).toBe(false)
  expect(large('stateDiagram-v2\n[*] --> A')).toBe(false)
  expect(large('gantt\na :2024-01-01, 1d')).toBe(true)
  expect(large('somethingNew\nx')).toBe(true)
  expect(large(`graph TD\n${'A --> B\n'.repeat(70)}`)).toBe(true)
})
