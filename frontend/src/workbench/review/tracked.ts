import { themeColorFromId } from '@codingame/monaco-vscode-api/vscode/vs/base/common/themables'
import { Range } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/range'
import {
  MinimapPosition,
  OverviewRulerLane,
  TrackedRangeStickiness,
  type IModelDecorationOptions,
  type ITextModel,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import { ModelDecorationOptions } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model/textModel'
// Registers the colours of the gutter, the overview ruler and the minimap.
import '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/scm/common/quickDiff'
import type { DrawnHunk } from '../../features/review'
import { markOf, type Shape } from './marks'

/** Placed is a hunk where it stands in the text now. */
export interface Placed {
  hunk: DrawnHunk
  from: number
  to: number
}

const colour: Record<Shape, string> = { added: 'added', changed: 'modified', deleted: 'deleted' }

/**
 * TrackedHunks are hunks as decorations of a text. All editors of the text draw
 * those that are in view, and they move with what is typed.
 */
export class TrackedHunks {
  private readonly byId = new Map<string, DrawnHunk>()
  private readonly options = new Map<string, IModelDecorationOptions>()
  private ids: string[] = []

  constructor(private readonly model: ITextModel) {}

  /** Draws hunks in the place of those drawn before. */
  draw(hunks: readonly DrawnHunk[]): void {
    if (this.model.isDisposed()) return
    const lines = this.model.getLineCount()
    const decorations = hunks.map((hunk) => {
      const { from, to, shape, above } = markOf(hunk, lines)
      const range = new Range(from, 1, to, this.model.getLineMaxColumn(to))
      return { range, options: this.optionsFor(shape, above, hunk.status) }
    })
    this.ids = this.model.deltaDecorations(this.ids, decorations)
    this.byId.clear()
    this.ids.forEach((id, i) => {
      const hunk = hunks[i]
      if (hunk) this.byId.set(id, hunk)
    })
  }

  /** The hunk at a line. Of several, the one with lines of its own. */
  at(line: number): Placed | undefined {
    if (this.ids.length === 0 || line < 1 || line > this.model.getLineCount()) return undefined
    const found = this.model.getLineDecorations(line).flatMap(({ id, range }) => {
      const hunk = this.byId.get(id)
      return hunk ? [{ hunk, from: range.startLineNumber, to: range.endLineNumber }] : []
    })
    return found.find(({ hunk }) => hunk.lines > 0) ?? found[0]
  }

  /** Where the hunk with a key stands now. */
  placeOf(key: string): Placed | undefined {
    for (const [id, hunk] of this.byId) {
      if (hunk.key !== key) continue
      const range = this.model.getDecorationRange(id)
      return range ? { hunk, from: range.startLineNumber, to: range.endLineNumber } : undefined
    }
    return undefined
  }

  private optionsFor(shape: Shape, above: boolean, status: DrawnHunk['status']): IModelDecorationOptions {
    const name = `${shape}${above ? '-above' : ''}`
    const key = `${name} ${status}`
    const known = this.options.get(key)
    if (known) return known
    const open = status === 'pending' || status === 'mixed' || status === 'stale'
    const made = ModelDecorationOptions.register({
      description: 'keel-hunk',
      isWholeLine: true,
      stickiness: TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
      className: open ? `keel-hunk keel-hunk-${name}` : 'keel-hunk',
      // Lines that were refused are struck; those of a mere removal are not its own.
      ...(status === 'rejected' && shape !== 'deleted' ? { inlineClassName: 'keel-hunk-struck' } : {}),
      linesDecorationsClassName: `keel-hunk-bar keel-hunk-bar-${name} keel-hunk-${status}`,
      ...(open
        ? {
            overviewRuler: {
              color: themeColorFromId(`editorOverviewRuler.${colour[shape]}Foreground`),
              position: OverviewRulerLane.Left,
            },
            minimap: {
              color: themeColorFromId(`minimapGutter.${colour[shape]}Background`),
              position: MinimapPosition.Gutter,
            },
          }
        : {}),
      // Its own types say that it may lack what the interface says is null.
    }) as IModelDecorationOptions
    this.options.set(key, made)
    return made
  }
}
