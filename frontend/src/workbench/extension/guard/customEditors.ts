import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'

/** What the workbench registers editors with, as far as it matters here. */
interface Editors {
  registerEditor(glob: unknown, info: unknown, options: object, factory: unknown): unknown
}

/** What the workbench's service of such editors keeps to itself. */
export interface CustomEditors {
  editorResolverService: Editors
  registerContributionPoints(): void
}

/**
 * narrowCustomEditors keeps the editors of extensions to documents that extensions
 * see. The workbench goes by the name of a file alone: one for "*" would stand in
 * the place of the change that a person is asked to agree to.
 */
export function narrowCustomEditors(service: object, visible: (resource: URI) => boolean): void {
  const name = 'registerContributionPoints' satisfies keyof CustomEditors
  const stock: unknown = Reflect.get(service, name)
  if (typeof stock !== 'function') throw new Error(`the workbench has no ${name}`)
  Object.defineProperty(service, name, {
    value(this: CustomEditors): void {
      const editors = this.editorResolverService
      this.editorResolverService = {
        registerEditor: (glob, info, options, factory) =>
          editors.registerEditor(glob, info, { ...options, canSupportResource: visible }, factory),
      }
      try {
        Reflect.apply(stock as () => void, this, [])
      } finally {
        this.editorResolverService = editors
      }
    },
    configurable: true,
    writable: true,
  })
}
