import { expect, it } from 'vitest'
import { factsOf, textOf } from './facts'

const about = {
  version: '1.2.3',
  commit: 'abc',
  changed: false,
  go: 'go1.26.0',
  engine: 'WebKitGTK 2.50.1',
  system: 'Debian GNU/Linux 12 (bookworm), amd64',
}

it('says what there is to say, and copies as lines', () => {
  expect(textOf(factsOf(about, '1.128.0'))).toBe(
    [
      'Keel',
      'Version: 1.2.3',
      'Commit: abc',
      'VS Code workbench: 1.128.0',
      'Window: WebKitGTK 2.50.1',
      'Go: 1.26.0',
      'System: Debian GNU/Linux 12 (bookworm), amd64',
    ].join('\n'),
  )
})

it('leaves out what is not known, and says that the sources were changed', () => {
  const facts = factsOf({ ...about, commit: '', engine: '' }, '')
  expect(facts.map(([name]) => name)).toEqual(['Version', 'Go', 'System'])
  expect(factsOf({ ...about, changed: true }, '')[1]).toEqual(['Commit', 'abc, changed since'])
})
