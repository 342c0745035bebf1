import { getService } from '@codingame/monaco-vscode-api'
import {
  StatusbarAlignment,
  type IStatusbarEntryAccessor,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/statusbar/browser/statusbar'
import { IStatusbarService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/statusbar/browser/statusbar.service'
import type { StatusEntry } from '../features/checkpoint'

/** StatusBar holds the entries of ours that are in the status bar. */
export class StatusBar {
  private readonly shown = new Map<string, IStatusbarEntryAccessor>()
  private readonly wanted = new Map<string, StatusEntry>()

  /** Shows an entry at the left, or takes it away. */
  readonly show = (id: string, entry: StatusEntry | undefined): void => {
    if (entry) this.wanted.set(id, entry)
    else this.wanted.delete(id)
    void getService(IStatusbarService).then((bar) => this.apply(bar, id))
  }

  /** What is wanted now counts: it may have changed while the workbench started. */
  private apply(bar: IStatusbarService, id: string): void {
    const entry = this.wanted.get(id)
    const before = this.shown.get(id)
    if (!entry) {
      before?.dispose()
      this.shown.delete(id)
      return
    }
    const { text, label, tooltip, command } = entry
    const all = { name: 'Keel', text, ariaLabel: label, tooltip, ...(command ? { command } : {}) }
    if (before) before.update(all)
    else this.shown.set(id, bar.addEntry(all, id, StatusbarAlignment.LEFT))
  }
}
