// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { words } from './words'

const folder =
  'node_modules/@codingame/monaco-vscode-workspace-trust-service-override/vscode/src/vs/workbench/contrib/workspace/browser'

const source = ['workspace.contribution.js', 'workspaceTrustEditor.js']
  .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
  .join('\n')
  .replaceAll(/\s+/g, ' ')

it.each(Object.entries(words))('text %s is still the one that is meant', (number, { theirs }) => {
  const at = source.indexOf(`( ${number}, "${theirs}"`)
  const inline = source.indexOf(`(${number}, "${theirs}"`)
  expect(Math.max(at, inline), theirs).toBeGreaterThan(0)
})
