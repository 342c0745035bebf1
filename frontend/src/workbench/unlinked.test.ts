import { parseLinkedText } from '@codingame/monaco-vscode-api/vscode/vs/base/common/linkedText'
import { expect, it } from 'vitest'
import { unlinked } from './unlinked'

it.each([
  '[a](command:workbench.action.quit)',
  '[a](COMMAND:keel.quit "title")',
  'x [a](https://example.com/?q=1) y [b](file:///etc/passwd)',
  '[[a](command:x)](command:y)',
])('the workbench finds no link in %s', (text) => {
  expect(parseLinkedText(text).nodes).not.toEqual([text])
  expect(parseLinkedText(unlinked(text)).nodes).toEqual([unlinked(text)])
})

it('leaves other text alone', () => {
  for (const text of ['a[0](1)', 'notes [draft](2).md', 'plain']) expect(unlinked(text)).toBe(text)
})
