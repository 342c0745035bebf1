import {
  getService,
  IFilesConfigurationService,
  IFileService,
  ITextFileService,
} from '@codingame/monaco-vscode-api'
import {
  EncodingMode,
  type ITextFileEditorModel,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/textfile/common/textfiles'
import { notify } from './notify'

/** What decoding puts in the place of bytes that are not UTF-8. */
const replacement = '\uFFFD'

/** Has a character for each of the 256 bytes, so that saving writes what was read. */
export const bytewise = { id: 'iso88591', name: 'Western (ISO 8859-1)' }

/**
 * keepBytes shows a file that is not UTF-8 in an encoding that loses none of its
 * bytes: saved as UTF-8, bytes would change that nobody has touched.
 */
export async function keepBytes(): Promise<void> {
  const { files } = await getService(ITextFileService)
  const configuration = await getService(IFilesConfigurationService)
  const told = new Set<string>()
  files.onDidResolve(({ model }) => {
    void decodeBytewise(model, configuration).then((done) => {
      const name = model.resource.path.split('/').pop() ?? ''
      if (!done || told.has(model.resource.toString())) return
      told.add(model.resource.toString())
      notify.info(
        `${name} is not UTF-8. It is shown as ${bytewise.name}, so that saving it keeps every byte. If it is in another encoding, choose that in the status bar.`,
      )
    }, notify.failure)
  })
}

async function decodeBytewise(
  model: ITextFileEditorModel,
  configuration: IFilesConfigurationService,
): Promise<boolean> {
  if (model.getEncoding() !== 'utf8' || model.isDirty()) return false
  const text = model.textEditorModel
  if (!text?.findNextMatch(replacement, { lineNumber: 1, column: 1 }, false, true, null, false)) return false
  // What is typed before it is decoded anew would keep the wrong characters, and
  // saving would write them in the place of bytes: for that moment it is locked.
  const locked = configuration.isReadonly(model.resource) === false
  if (locked) void configuration.updateReadonly(model.resource, true)
  try {
    const { value } = await (await getService(IFileService)).readFile(model.resource)
    if (isUtf8(value.buffer) || model.isDirty()) return false
    await model.setEncoding(bytewise.id, EncodingMode.Decode)
    return true
  } finally {
    if (locked) await configuration.updateReadonly(model.resource, 'reset')
  }
}

/** isUtf8 tells bytes that are not UTF-8 from text that holds the replacement character itself. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
