import type {
  ICodeEditor,
  IViewZone,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import { EditorOption } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/config/editorOptions'
import { applyFontInfo } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/config/domFontInfo'
import type { BareFontInfo } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/config/fontInfo'
import { pieces } from '../../lib/visible'
import { count } from '../../lib/format'
import { oldLines } from './marks'
import type { Placed } from './tracked'

/** More old lines than these are for the diff. */
const most = 60

/** OldLines shows, between the lines of an editor, what stood there before a change. */
export class OldLines {
  private zone: string | undefined
  private placed: Placed | undefined

  constructor(private readonly editor: ICodeEditor) {}

  get key(): string | undefined {
    return this.placed?.hunk.key
  }

  show(placed: Placed): void {
    this.hide()
    const lines = oldLines(placed.hunk.old)
    if (lines.length === 0) return
    this.placed = placed
    const shown = lines.slice(0, most)
    const rest = lines.length - shown.length
    const above = placed.hunk.lines > 0 || placed.hunk.start < 1
    const zone: IViewZone = {
      afterLineNumber: above ? placed.from - 1 : placed.from,
      heightInLines: shown.length + (rest > 0 ? 1 : 0),
      domNode: this.draw(shown, rest, placed.hunk.label),
      suppressMouseDown: true,
    }
    this.editor.changeViewZones((accessor) => (this.zone = accessor.addZone(zone)))
  }

  hide(): void {
    const { zone } = this
    this.placed = undefined
    this.zone = undefined
    if (zone !== undefined) this.editor.changeViewZones((accessor) => accessor.removeZone(zone))
  }

  private draw(lines: readonly string[], rest: number, label: string): HTMLElement {
    const element = document.createElement('div')
    element.className = 'keel-hunk-old'
    element.setAttribute('role', 'note')
    element.setAttribute('aria-label', `${label}. Before: ${lines.join('\n')}`)
    applyFontInfo(element, this.editor.getOption(EditorOption.fontInfo) as BareFontInfo)
    const tab = this.editor.getModel()?.getOptions().tabSize ?? 4
    element.style.tabSize = String(tab)
    for (const line of lines) element.append(row(line))
    if (rest > 0) {
      const more = row(`… and ${count(rest, 'more line')}. The diff shows all of them.`)
      more.classList.add('keel-hunk-old-rest')
      element.append(more)
    }
    return element
  }
}

/** A line with what is hidden in it made visible. */
function row(line: string): HTMLElement {
  const element = document.createElement('div')
  for (const piece of pieces(line, 'code')) {
    const part = document.createElement('span')
    part.textContent = piece.text
    if (piece.hidden) {
      part.className = 'keel-hunk-hidden'
      part.title = piece.hidden
    }
    element.append(part)
  }
  return element
}
