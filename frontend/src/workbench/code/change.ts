import type { IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { Range, type IRange } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/range'
import {
  EndOfLinePreference,
  TrackedRangeStickiness,
  type ITextModel,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import { fitted } from './insert'
import { asFile, isWhole } from './whole'

/** Edit puts a text in the place of a range. */
export interface Edit {
  range: IRange
  text: string
}

/** Change is what code does to a document, also once that has become another meanwhile. */
export interface Change extends IDisposable {
  /** As the document is now; undefined when it no longer shows where the code belongs. */
  edit(): Edit | undefined
}

/** changeOf finds where code belongs: over what is selected, else in the place of everything. */
export function changeOf(model: ITextModel, selection: IRange | undefined, code: string): Change | undefined {
  if (selection && !Range.isEmpty(selection)) return overRange(model, selection, code)
  if (!isWhole(textOf(model), code)) return undefined
  return {
    edit: () => ({ range: model.getFullModelRange(), text: asFile(textOf(model), code) }),
    dispose: () => undefined,
  }
}

/** The range stays where it is in the text, whatever is typed around it. */
function overRange(model: ITextModel, selection: IRange, code: string): Change {
  const selected = model.getValueInRange(selection)
  const options = {
    description: 'keel-apply',
    stickiness: TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
  }
  const ids = model.deltaDecorations([], [{ range: selection, options }])
  return {
    edit() {
      const range = ids[0] === undefined ? null : model.getDecorationRange(ids[0])
      if (!range || model.getValueInRange(range) !== selected) return undefined
      return { range, text: fitted(model, range, code) }
    },
    dispose() {
      if (!model.isDisposed()) model.deltaDecorations(ids, [])
    },
  }
}

/** edited is the whole text of a document as an edit would leave it. */
export function edited(model: ITextModel, { range, text }: Edit): string {
  const full = model.getFullModelRange()
  const { startLineNumber, startColumn, endLineNumber, endColumn } = range
  const before = new Range(1, 1, startLineNumber, startColumn)
  const after = new Range(endLineNumber, endColumn, full.endLineNumber, full.endColumn)
  const part = (which: Range): string => model.getValueInRange(which, EndOfLinePreference.LF)
  return part(before) + text + part(after)
}

/** textOf is the text of a document, with plain ends of lines. */
export function textOf(model: ITextModel): string {
  return model.getValue(EndOfLinePreference.LF)
}
