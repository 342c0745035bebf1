import { emphasised, Listing, slashAt, type Hash, type Option } from '../../reference'
import type { SlashCommand } from './slash'

export interface SlashOption extends Option {
  readonly command: SlashCommand
}

/** Slashes offers the commands that an input begins to name with "/". */
export class Slashes {
  readonly list = new Listing<SlashOption>()
  readonly label = 'Commands'
  readonly busy = false
  readonly note = ''
  open = $state(false)
  hash: Hash | undefined
  private dismissed = false
  private typed = ''

  constructor(private readonly commands: () => readonly SlashCommand[]) {}

  follow(input: string, caret: number): void {
    const hash = slashAt(input, caret)
    if (!hash) {
      this.dismissed = false
      this.close()
      return
    }
    if (this.dismissed) return
    this.hash = hash
    const options = this.commands()
      .filter(({ name }) => name.startsWith(hash.text.toLowerCase()))
      .map((command) => ({
        key: command.name,
        icon: 'chevron-right',
        name: emphasised(`/${command.name}`, `/${hash.text}`),
        detail: [{ text: command.detail, hit: false }],
        command,
      }))
    this.list.set(options, !this.open || hash.text !== this.typed)
    this.typed = hash.text
    this.open = options.length > 0
  }

  /** Closes it until the "/" is gone. */
  dismiss(): void {
    this.dismissed = true
    this.close()
  }

  close(): void {
    this.open = false
  }

  /** The command that a whole input calls, with what stands behind its name. */
  called(input: string): { command: SlashCommand; rest: string } | undefined {
    const [, name, rest = ''] = /^\/([\w-]+)(?:\s+([^]*))?$/.exec(input.trim()) ?? []
    const command = name ? this.commands().find((each) => each.name === name.toLowerCase()) : undefined
    return command ? { command, rest: rest.trim() } : undefined
  }
}
