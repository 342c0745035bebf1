import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'

/** What a keyboard does in an editor; an extension may stand before it, as those for Vim do. */
const typing =
  /^(default:)?(type|replacePreviousChar|compositionType|compositionStart|compositionEnd|paste|cut)$/

/**
 * OwnCommands tells the commands of Keel and the workbench from those that
 * extensions have registered: the workbench has one list of both.
 */
class OwnCommands {
  private readonly taken = new Set<string>()

  has(id: string): boolean {
    return /^_?keel/i.test(id) || (!this.taken.has(id) && CommandsRegistry.getCommand(id) !== undefined)
  }

  /** Whether an extension has registered this command. */
  isTaken(id: string): boolean {
    return this.taken.has(id)
  }

  /** Lets an extension have a command, and says whether it may. */
  take(id: string): boolean {
    if (typing.test(id)) return true
    if (this.has(id)) return false
    this.taken.add(id)
    return true
  }
}

/** The one there is, as there is one list of commands. */
export const ownCommands = new OwnCommands()
