import type { Plugin } from 'vite'

const asking = 'searchTreeModel/searchResult.js'
const asked = 'notebook/browser/notebookEditorWidget'
const nothing = '\0no-notebook-editor'

/**
 * withoutNotebooks leaves the editor for notebooks out of what is read at each start.
 * Search alone brings it along, to ask of each editor whether it is one; Keel opens none.
 */
export function withoutNotebooks(): Plugin {
  let found = false
  return {
    name: 'keel-without-notebooks',
    enforce: 'pre',
    apply: 'build',
    resolveId(source, importer) {
      if (!source.includes(asked) || !importer?.endsWith(asking)) return undefined
      found = true
      return nothing
    },
    load(id) {
      return id === nothing ? 'export class NotebookEditorWidget {}' : undefined
    },
    buildEnd(error) {
      if (!found && !error) throw new Error(`${asking} does not ask for ${asked} any more`)
    },
  }
}
