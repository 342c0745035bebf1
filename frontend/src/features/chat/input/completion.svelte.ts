import { Picker, type Act, type Choice, type Option, type Pointed } from '../../reference'
import { plainVisible } from '../../../lib/visible'
import type { ChatHost } from '../host'
import type { ChatStore } from '../store.svelte'
import { replaceText } from './area'
import { slashCommands } from './slash'
import { Slashes, type SlashOption } from './slashes.svelte'

/** What a choice does that needs more than the text and the store. */
export interface CompletionActs {
  /** adds a picture of the folder */
  addPicture(path: string): void
  /** asks for a picture in the system's own dialog */
  choosePicture(): void
}

/** Completion is the popup of an input: what "#" can point at, and the commands of "/". */
export class Completion {
  readonly picker: Picker
  readonly slashes: Slashes
  readonly shown = $derived.by(() => {
    if (this.slashes.open) return this.slashes
    return this.picker.open ? this.picker : undefined
  })

  constructor(
    private readonly host: ChatHost,
    private readonly store: ChatStore,
    private readonly area: () => HTMLTextAreaElement | undefined,
    private readonly acts: CompletionActs,
  ) {
    this.picker = new Picker(host)
    this.slashes = new Slashes(() => slashCommands(host, store))
  }

  /** Follows what is typed and where the cursor is. */
  follow(): void {
    const area = this.area()
    if (!area) return
    if (area.selectionStart !== area.selectionEnd) {
      this.close()
      return
    }
    this.slashes.follow(area.value, area.selectionStart)
    this.picker.follow(area.value, area.selectionStart)
  }

  close(): void {
    this.slashes.close()
    this.picker.close()
  }

  /** Takes a key of the input; false when it is none of the popup's. */
  key(event: KeyboardEvent): boolean {
    const { shown } = this
    if (!shown || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
    if (event.key === 'Escape') shown.dismiss()
    else if (event.key === 'Enter' || event.key === 'Tab') {
      const { chosen } = shown.list
      if (!chosen) return false
      this.choose(chosen, event.key === 'Tab')
    } else if (!shown.list.move(event.key)) return false
    event.preventDefault()
    return true
  }

  /** `complete` only writes a command out, for more to be typed behind it. */
  choose(option: Option, complete = false): void {
    if ('command' in option) this.chooseCommand(option as SlashOption, complete)
    else void this.act((option as Choice).act)
  }

  /** Runs the command that the input calls; false when it calls none. */
  runCalled(): boolean {
    const called = this.slashes.called(this.store.draft)
    if (!called) return false
    this.store.setDraft('')
    void called.command.run(called.rest)
    return true
  }

  private chooseCommand({ command }: SlashOption, complete: boolean): void {
    const area = this.area()
    const { hash } = this.slashes
    if (!area || !hash) return
    if (complete) {
      replaceText(
        area,
        hash.from,
        hash.to,
        `/${command.name}${area.value.charAt(hash.to) === ' ' ? '' : ' '}`,
      )
      this.close()
      return
    }
    const rest = area.value.slice(hash.to).trim()
    this.close()
    this.store.setDraft('')
    void command.run(rest)
  }

  private async act(act: Act): Promise<void> {
    const sessionId = this.store.session?.id
    switch (act.type) {
      case 'narrow':
        this.write(act.text)
        return
      case 'choose':
        this.write('')
        this.acts.choosePicture()
        return
      case 'picture':
        this.write(`#${plainVisible(act.path.slice(act.path.lastIndexOf('/') + 1))} `)
        this.acts.addPicture(act.path)
        return
      case 'point': {
        this.write(`#${plainVisible(act.word)} `)
        let found: Pointed | undefined
        try {
          found = await act.find()
        } catch {
          found = undefined
        }
        if (found) this.store.point([found], sessionId)
        else this.host.notify.warn(act.none || 'Keel could not get at it. Try again.')
      }
    }
  }

  /** Puts something in the place of the "#word". */
  private write(text: string): void {
    const area = this.area()
    const { hash } = this.picker
    if (!area || !hash) return
    const spaced = text.endsWith(' ') && area.value.charAt(hash.to) === ' '
    replaceText(area, hash.from, hash.to, spaced ? text.slice(0, -1) : text)
    this.follow()
  }
}
