import type { IExtensionService } from '@codingame/monaco-vscode-api'
import { notify } from '../../notify'

/** After VS Code has noticed, which takes it three seconds: starting on a slow machine is no trouble. */
const patience = 7000

type Restart = () => Promise<void>

/** tellOfEnd says that extensions have ended by themselves. */
export function tellOfEnd(restart: Restart): void {
  notify.error(
    'Extensions have stopped working. Your files, the editor and the agent are not affected; what extensions add is missing until they start again.',
    [{ label: 'Restart Extensions', run: restart }],
  )
}

/** tellOfTrouble says when extensions do not answer for a while: one of them may be in a loop. */
export function tellOfTrouble(
  service: Pick<IExtensionService, 'onDidChangeResponsiveChange'>,
  restart: Restart,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  service.onDidChangeResponsiveChange(({ isResponsive }) => {
    clearTimeout(timer)
    if (isResponsive) return
    timer = setTimeout(() => {
      notify.warn(
        'Extensions do not answer: one of them is busy or in a loop. Your files, the editor and the agent are not affected. Restarting them ends what they are doing.',
        [{ label: 'Restart Extensions', run: restart }],
      )
    }, patience)
  })
}
