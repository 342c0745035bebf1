import { onDestroy } from 'svelte'

/** How far a copy is: it can be made, was made just now, or did not work. */
export type CopyPhase = 'ready' | 'done' | 'failed'

/** The icon of each phase. */
export const copyIcons: Readonly<Record<CopyPhase, string>> = {
  ready: 'copy',
  done: 'check',
  failed: 'error',
}

/** What is said after a copy. */
export const copySaid: Readonly<Record<CopyPhase, string>> = {
  ready: '',
  done: 'Copied',
  failed: 'Copying was not possible',
}

/** Milliseconds for which is said how it went. */
const telling = 2000

/** Copying puts a text on the clipboard and tells for a moment how that went. Made while a component is. */
export class Copying {
  phase = $state<CopyPhase>('ready')
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    onDestroy(() => clearTimeout(this.timer))
  }

  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      this.phase = 'done'
    } catch {
      this.phase = 'failed'
    }
    clearTimeout(this.timer)
    this.timer = setTimeout(() => (this.phase = 'ready'), telling)
  }
}
