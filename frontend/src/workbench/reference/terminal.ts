import { getService, ITerminalService } from '@codingame/monaco-vscode-api'
import type { Pointed } from '../../features/reference'
import { shortened } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { mostText } from './documents'
import { lastLines } from './terminalText'

/** How many lines of a terminal without a selection go along. */
const mostLines = 200

/** Programs choose the title of their terminal. */
const mostTitle = 40

/** pointAtTerminal points at what is selected in the active terminal, else at the end of it. */
export async function pointAtTerminal(): Promise<Pointed | undefined> {
  const { activeInstance: instance } = await getService(ITerminalService)
  const terminal = instance?.xterm ?? (await instance?.xtermReadyPromise)
  if (!instance || !terminal) return undefined
  const selected = instance.hasSelection() ? instance.selection : undefined
  const text = selected ?? lastLines(terminal.raw.buffer.active, mostLines)
  if (text === '') return undefined
  const title = shortened(plainVisible(instance.title), mostTitle)
  return { kind: 'terminal', name: `Terminal: ${title}`, given: text.slice(-mostText) }
}
