import { getService, IEditorService, IModelService, ITextFileService } from '@codingame/monaco-vscode-api'
import {
  bufferToStream,
  readableToBuffer,
  VSBuffer,
} from '@codingame/monaco-vscode-api/vscode/vs/base/common/buffer'
import { consumeStream, type ReadableStream } from '@codingame/monaco-vscode-api/vscode/vs/base/common/stream'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { createTextBufferFactoryFromStream } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model/textModel'
import type { ITextFileEditorModel } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/textfile/common/textfiles'
import type { UnsavedText } from '../bridge'
import type { UnsavedEditors } from '../features/checkpoint'
import { fromBase64, toBase64 } from '../lib/base64'
import { bytewise, isUtf8 } from './encodings'
import type { PathMap } from './files/paths'

/** unsavedEditors is what the editors of the folder's files hold and have not saved. */
export function unsavedEditors(paths: PathMap): UnsavedEditors {
  return {
    collect: () => collect(paths),
    reload: (which, taken) => reload(which, taken, paths),
    async bringBack(texts) {
      const left: UnsavedText[] = []
      for (const text of texts) if (!(await bringBack(text, paths))) left.push(text)
      return left
    },
    async showBeside(text) {
      const editors = await getService(IEditorService)
      const stream = await decoded(paths.toResource(text.path), fromBase64(text.content), undefined)
      const contents = await consumeStream(stream, (pieces) => pieces.join(''))
      await editors.openEditor({ resource: undefined, contents, options: { pinned: true } })
    },
  }
}

async function collect(paths: PathMap): Promise<UnsavedText[]> {
  const { files } = await getService(ITextFileService)
  const texts = await Promise.all(
    files.models.map(async (model) => {
      const path = paths.toPath(model.resource)
      if (path === undefined || !model.isDirty()) return undefined
      const content = await encoded(model)
      return content && { path, content: toBase64(content) }
    }),
  )
  return texts.filter((text) => text !== undefined)
}

/** The bytes that saving a model would write. */
async function encoded(model: ITextFileEditorModel): Promise<Uint8Array | undefined> {
  if (!model.isResolved()) return undefined
  const service = await getService(ITextFileService)
  const encoding = model.getEncoding()
  const readable = await service.getEncodedReadable(
    model.resource,
    model.createSnapshot(),
    encoding === undefined ? undefined : { encoding },
  )
  return (readable instanceof VSBuffer ? readable : readableToBuffer(readable)).buffer
}

async function reload(
  which: readonly string[],
  taken: readonly UnsavedText[],
  paths: PathMap,
): Promise<string[]> {
  const { files } = await getService(ITextFileService)
  const left: string[] = []
  for (const path of which) {
    const model = files.get(paths.toResource(path))
    if (!model?.isDirty() || !model.isResolved()) continue
    const version = model.textEditorModel.getVersionId()
    const content = await encoded(model)
    const same = taken.some((text) => text.path === path && content && text.content === toBase64(content))
    if (same && model.textEditorModel.getVersionId() === version) await model.revert()
    else left.push(path)
  }
  return left
}

/** Puts a text into its editor, unless that has other unsaved text: then false. */
async function bringBack({ path, content }: UnsavedText, paths: PathMap): Promise<boolean> {
  const resource = paths.toResource(path)
  const bytes = fromBase64(content)
  const [{ files }, editors] = await Promise.all([getService(ITextFileService), getService(IEditorService)])
  const open = files.get(resource)
  if (open?.isDirty()) {
    const present = await encoded(open)
    return present !== undefined && toBase64(present) === content
  }
  const model = await atDisk(resource)
  if (model?.isDirty()) return false // typed in only just now
  const stream = await decoded(resource, bytes, model?.getEncoding())
  const text = await createTextBufferFactoryFromStream(stream)
  if (model?.isResolved()) (await getService(IModelService)).updateModel(model.textEditorModel, text)
  // The file is not on the disk: an editor without one holds the text.
  else
    await files.resolve(
      resource,
      isUtf8(bytes) ? { contents: text } : { contents: text, encoding: bytewise.id },
    )
  await editors.openEditor({ resource, options: { inactive: true, pinned: true, preserveFocus: true } })
  return true
}

/** The model of a file as it is on the disk; undefined when it is not there. */
async function atDisk(resource: URI): Promise<ITextFileEditorModel | undefined> {
  const service = await getService(ITextFileService)
  try {
    const model = await service.files.resolve(resource, {
      reload: { async: false },
      forceReadFromFile: true,
    })
    return model.isResolved() ? model : undefined
  } catch {
    return undefined
  }
}

/** The text of bytes in the encoding that is known, or can be told from them. */
async function decoded(
  resource: URI,
  bytes: Uint8Array,
  known: string | undefined,
): Promise<ReadableStream<string>> {
  const service = await getService(ITextFileService)
  const plain = known === undefined || known === 'utf8'
  const encoding = plain && !isUtf8(bytes) ? bytewise.id : known
  return service.getDecodedStream(
    resource,
    bufferToStream(VSBuffer.wrap(bytes)),
    encoding === undefined ? undefined : { encoding },
  )
}
