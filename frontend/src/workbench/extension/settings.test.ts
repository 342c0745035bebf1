// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { aboutUpdates, ours } from './settings'

const source = readFileSync(
  'node_modules/@codingame/monaco-vscode-api/vscode/src/vs/workbench/contrib/extensions/browser/extensions.contribution.js',
  'utf8',
).replaceAll(/\s+/g, ' ')

it('no setting says that updates come from Microsoft', () => {
  const said = [...source.matchAll(/"(extensions\.\w+)": \{ type: (?:(?!"extensions\.).)*?online service\./g)]
  expect(said.map(([, name]) => name)).toEqual([...aboutUpdates])
  for (const [text] of said) {
    const description = /"([^"]*online service\.)/.exec(text)?.[1] ?? ''
    expect(ours(description, 'Open VSX')).toMatch(/from the registry of extensions, Open VSX\.$/)
    expect(ours(description, 'Open VSX')).not.toContain('Microsoft')
  }
})
