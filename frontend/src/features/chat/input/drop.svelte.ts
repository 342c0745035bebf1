import type { Attachment } from 'svelte/attachments'

/** What is dragged that a message can take: files, and what the editor and the explorer drag. Text goes where text goes. */
const taken = [
  'files',
  'text/uri-list',
  'resourceurls',
  'codefiles',
  'codeeditors',
  'application/vnd.code.uri-list',
]

/** DropTarget is where things are dropped into a message: all of the chat. */
export class DropTarget {
  /** something that can be dropped is over it */
  over = $state(false)
  private timer = 0

  constructor(private readonly drop: (data: DataTransfer) => void) {}

  /** Attached to a part of the chat, it listens on the whole of it. */
  readonly attach: Attachment<HTMLElement> = (element) => {
    const root = element.closest<HTMLElement>('.keel-chat') ?? element
    const drag = (event: DragEvent): void => {
      if (!takes(event.dataTransfer)) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      this.over = true
      // Leaving is told of each part that is left; being over it is told all the time.
      clearTimeout(this.timer)
      this.timer = window.setTimeout(() => (this.over = false), 400)
    }
    const end = (event: DragEvent): void => {
      clearTimeout(this.timer)
      this.over = false
      if (!takes(event.dataTransfer)) return
      event.preventDefault()
      event.stopPropagation()
      this.drop(event.dataTransfer)
    }
    root.addEventListener('dragenter', drag)
    root.addEventListener('dragover', drag)
    root.addEventListener('drop', end)
    return () => {
      clearTimeout(this.timer)
      root.removeEventListener('dragenter', drag)
      root.removeEventListener('dragover', drag)
      root.removeEventListener('drop', end)
    }
  }
}

function takes(data: DataTransfer | null): data is DataTransfer {
  return data?.types.some((type) => taken.includes(type.toLowerCase())) ?? false
}
