import type { TerminalLaunchConfig } from '@codingame/monaco-vscode-api/vscode/vs/workbench/api/common/extHost.protocol'
import type { Consent } from './ask'
import { Refused, type Access } from './guard'

const startQuestion = 'An extension wants to start this in a terminal.'
const typeQuestion = 'An extension wants to type this into a terminal, where a shell may run it.'

/** What a terminal runs beyond the person's own shell; "" for that shell alone. */
export function whatRuns(config: Partial<TerminalLaunchConfig>): string {
  const { shellPath, shellArgs, env, initialText } = config
  const args = typeof shellArgs === 'string' ? [shellArgs] : (shellArgs ?? [])
  const set = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value ?? ''}`)
  return [...set, [shellPath ?? '', ...args].join(' ').trim(), initialText ?? ''].filter(Boolean).join('\n')
}

/**
 * terminalRules ask before anything of an extension reaches a shell. A terminal
 * that an extension plays itself runs nothing.
 */
export function terminalRules(consent: Consent): Access {
  /** Made, or being asked about: what is typed into a terminal waits for it. */
  const making = new Map<unknown, Promise<unknown>>()
  const played = new Set<unknown>()
  const nothing = (): undefined => undefined
  const refused = (): never => {
    throw new Refused('seeing what terminals show or changing what they start with')
  }
  return {
    $createTerminal: (args, next) => {
      const [id, config] = args as [unknown, Partial<TerminalLaunchConfig>]
      const make = async (): Promise<unknown> => {
        if (config.isExtensionCustomPtyTerminal) played.add(id)
        else {
          const what = whatRuns(config)
          if (what && !(await consent.allows(startQuestion, what, 'Start')))
            throw new Refused('starting a program')
        }
        return next(...args)
      }
      const made = make()
      making.set(id, made)
      return made
    },
    $sendText: async (args, next) => {
      const [id, text] = args
      await making.get(id)
      if (!played.has(id) && !(await consent.allows(typeQuestion, String(text), 'Type')))
        throw new Refused('typing into a terminal')
      return next(...args)
    },
    $setEnvironmentVariableCollection: refused,
    $startSendingDataEvents: refused,
    $startSendingCommandEvents: refused,
    $registerProfileProvider: nothing,
    $registerCompletionProvider: nothing,
    $registerQuickFixProvider: nothing,
  }
}
