import { URI, type UriComponents } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type {
  IDocumentsAndEditorsDelta,
  ITextEditorAddData,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/api/common/extHost.protocol'

export type Method = (...args: readonly unknown[]) => unknown
export type Outgoing = (args: readonly unknown[], next: Method) => unknown

/**
 * Seen is which documents and editors extensions know of: those of the folder and
 * their own. Settings, proposals and checkpoints that a person has open stay
 * between the person and Keel.
 */
export class Seen {
  private readonly editors = new Map<string, URI>()

  constructor(private readonly visible: (resource: URI) => boolean) {}

  /** The document of an editor that extensions know. */
  documentOf(editor: unknown): URI | undefined {
    return typeof editor === 'string' ? this.editors.get(editor) : undefined
  }

  /** What the workbench tells extensions of documents and editors, less what they need not know. */
  readonly outgoing: Readonly<Record<string, Outgoing>> = {
    ExtHostDocumentsAndEditors: ([delta, ...rest], next) =>
      next(this.less(delta as IDocumentsAndEditorsDelta), ...rest),
    ExtHostDocuments: (args, next) => (this.shows(args[0]) ? next(...args) : Promise.resolve(undefined)),
    ExtHostDocumentSaveParticipant: (args, next) =>
      this.shows(args[0]) ? next(...args) : Promise.resolve([]),
    ExtHostEditors: (args, next) =>
      typeof args[0] !== 'string' || this.editors.has(args[0]) ? next(...args) : Promise.resolve(undefined),
  }

  private shows(resource: unknown): boolean {
    return isUri(resource) && this.visible(URI.revive(resource))
  }

  private less(delta: IDocumentsAndEditorsDelta): IDocumentsAndEditorsDelta {
    for (const id of delta.removedEditors ?? []) this.editors.delete(id)
    const shown = ({ documentUri }: ITextEditorAddData): boolean => this.shows(documentUri)
    const editors = delta.addedEditors?.filter(shown)
    for (const { id, documentUri } of editors ?? []) this.editors.set(id, URI.revive(documentUri))
    const active = delta.newActiveEditor
    return {
      ...delta,
      ...(delta.addedDocuments
        ? { addedDocuments: delta.addedDocuments.filter(({ uri }) => this.shows(uri)) }
        : {}),
      ...(delta.removedDocuments
        ? { removedDocuments: delta.removedDocuments.filter((uri) => this.shows(uri)) }
        : {}),
      ...(editors ? { addedEditors: editors } : {}),
      ...(typeof active === 'string' && !this.editors.has(active) ? { newActiveEditor: null } : {}),
    }
  }
}

export function isUri(value: unknown): value is UriComponents {
  return typeof value === 'object' && value !== null && 'scheme' in value && typeof value.scheme === 'string'
}
