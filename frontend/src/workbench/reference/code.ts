import { getService, IOutlineModelService } from '@codingame/monaco-vscode-api'
import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import type { IPosition } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/position'
import type { ITextModel } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import type { Pointed } from '../../features/reference'
import type { PathMap } from '../files/paths'
import { activeEditor } from './active'
import { pointAt } from './documents'
import { linesOf, type Lines } from './lines'

/** pointAtSelection points at the selected lines of the active editor. */
export async function pointAtSelection(paths: PathMap): Promise<Pointed | undefined> {
  const editor = await activeEditor()
  const [model, selection] = [editor?.getModel(), editor?.getSelection()]
  const lines = selection ? linesOf(selection) : undefined
  return model && lines ? pointAt(model, lines, paths) : undefined
}

/** pointAtCode points at what is selected in the active editor, else at the symbol at the cursor, else at the file. */
export async function pointAtCode(paths: PathMap): Promise<Pointed | undefined> {
  const editor = await activeEditor()
  const model = editor?.getModel()
  if (!editor || !model) return undefined
  const selection = editor.getSelection()
  const position = editor.getPosition()
  const lines = selection ? linesOf(selection) : undefined
  return pointAt(model, lines ?? (position ? await symbolAt(model, position) : undefined), paths)
}

/** The lines of the symbol around a place, where a language service knows it. */
async function symbolAt(model: ITextModel, position: IPosition): Promise<Lines | undefined> {
  const outlines = await getService(IOutlineModelService)
  try {
    const outline = await outlines.getOrCreate(model, CancellationToken.None)
    const range = outline.getItemEnclosingPosition(position)?.symbol.range
    return range && { from: range.startLineNumber, to: range.endLineNumber }
  } catch {
    return undefined // a language service failed; the file is there all the same
  }
}
