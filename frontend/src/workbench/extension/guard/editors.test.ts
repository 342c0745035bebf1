import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { expect, it, vi } from 'vitest'
import { guardEditors, type EditorChoice } from './editors'

vi.mock(
  '@codingame/monaco-vscode-view-common-service-override/vscode/vs/workbench/services/editor/browser/editorResolverService',
  () => ({ EditorResolverService: vi.fn() }),
)

const kept = URI.parse('vscode-userdata:/User/settings.json')
const free = URI.parse('file:///work/chart.json')

/** Chooses what is asked for by name, or else the first, as an association would. */
const guarded = (): EditorChoice => {
  const all = ['harbour.chart', 'workbench.settings', 'default'].map((id) => ({ editorInfo: { id } }))
  const choice: EditorChoice = {
    findMatchingEditors: () => all,
    getEditor(resource, id) {
      const editor = all.find(({ editorInfo }) => editorInfo.id === (id ?? 'harbour.chart'))
      return { ...(editor ? { editor } : {}), conflictingDefault: false }
    },
  }
  guardEditors(
    (resource) => resource.scheme !== 'file',
    (id) => id.startsWith('harbour.'),
    choice,
  )
  return choice
}

it.each([
  [kept, undefined, 'default'],
  [kept, 'harbour.chart', 'default'],
  [kept, 'workbench.settings', 'workbench.settings'],
  [free, undefined, 'harbour.chart'],
  [free, 'harbour.chart', 'harbour.chart'],
  [free, 'default', 'default'],
])('%s asked for with %s opens in %s', (resource, asked, chosen) => {
  expect(guarded().getEditor(resource, asked, undefined).editor?.editorInfo.id).toBe(chosen)
})

it('offers no editor of an extension for what is kept', () => {
  const ids = (resource: URI): string[] =>
    guarded()
      .findMatchingEditors(resource)
      .map(({ editorInfo }) => editorInfo.id)
  expect(ids(kept)).toEqual(['workbench.settings', 'default'])
  expect(ids(free)).toEqual(['harbour.chart', 'workbench.settings', 'default'])
})
