import { commandRefusal, writesIntoEditor } from './commands'
import type { Ground } from './rules'

/** Judge says why an extension may not run a command; undefined where it may. */
export type Judge = (id: string, args: readonly unknown[]) => string | undefined

/** judgeOf judges every command that an extension runs, in code or by a button with its words on it. */
export function judgeOf({ places, activeDocument }: Pick<Ground, 'places' | 'activeDocument'>): Judge {
  return (id, args) => {
    const why = commandRefusal(id, args)
    if (why !== undefined || !writesIntoEditor(id, args)) return why
    const document = activeDocument()
    const writes = !document || places.permission(document) === 'write'
    return writes ? undefined : 'it writes into this editor, which is not for extensions'
  }
}
