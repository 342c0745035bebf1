// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { extensionTexts, extensionWords } from './words'

const folder = 'node_modules/@codingame/monaco-vscode-api/vscode/src/vs/workbench/contrib/extensions/browser'
const files = ['extensionEditor', 'extensionsActions', 'extensionsViewlet', 'extensionsViews']
const source = files
  .map((name) => readFileSync(`${folder}/${name}.js`, 'utf8'))
  .join('\n')
  .replaceAll(/\s+/g, ' ')

it.each(Object.entries(extensionTexts))('text %s is still the one that is meant', (number, { theirs }) => {
  expect(source.includes(`(${number}, "${theirs}"`) || source.includes(`( ${number}, "${theirs}"`)).toBe(true)
})

it('names the registry', () => {
  expect(extensionWords('Open VSX')['10713']).toBe('Search Extensions in Open VSX')
})
