import { getService, IModelService, ITextFileService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  EndOfLinePreference,
  type ITextModel,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import { Failure } from '../../bridge'
import type { Pointed } from '../../features/reference'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { PathMap } from '../files/paths'
import { placed, type Lines } from './lines'

/** Most of a text that goes with a prompt, in characters; what is on the disk Go reads itself, and cuts. */
export const mostText = 1_000_000

/**
 * pointAt points at a document, or at lines of it. What is as it is on the disk goes by
 * its path; of what is not saved, or of no file of the folder, the text goes along.
 */
export async function pointAt(model: ITextModel, lines: Lines | undefined, paths: PathMap): Promise<Pointed> {
  const uri = URI.from(model.uri)
  const path = paths.toPath(uri)
  const file = splitPath(path ?? uri.path).name
  const name = lines ? placed(file, lines) : file
  if (path === undefined) return { kind: 'text', name, given: textOf(model, lines) }
  const service = await getService(ITextFileService)
  const given = service.isDirty(uri) ? { given: textOf(model, lines) } : {}
  return lines ? { kind: 'code', name, path, ...lines, ...given } : { kind: 'file', name, path, ...given }
}

/** pointAtFile points at a file of the folder, with the text of its editor where that is not saved. */
export async function pointAtFile(resource: URI, path: string, paths: PathMap): Promise<Pointed> {
  const model = await modelOf(resource)
  return model ? pointAt(model, undefined, paths) : { kind: 'file', name: splitPath(path).name, path }
}

/** modelOf is what an editor holds of a resource; undefined when none has it open. */
export async function modelOf(resource: URI): Promise<ITextModel | undefined> {
  const models = await getService(IModelService)
  return models.getModel(resource) ?? undefined
}

function textOf(model: ITextModel, lines: Lines | undefined): string {
  const range = lines
    ? {
        startLineNumber: lines.from,
        startColumn: 1,
        endLineNumber: lines.to,
        endColumn: model.getLineMaxColumn(lines.to),
      }
    : model.getFullModelRange()
  if (model.getValueLengthInRange(range) > mostText) {
    const name = plainVisible(splitPath(model.uri.path).name)
    throw new Failure(
      'too_large',
      `The unsaved text of ${name} is too large to go along, so nothing was added.`,
      'Save it, then Keel reads the file; or select the part that matters.',
    )
  }
  return model.getValueInRange(range, EndOfLinePreference.LF)
}
