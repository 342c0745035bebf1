import type { Bridge, OpenRequest } from '../bridge'
import type { Question } from '../features/chat'
import { onOneLine } from '../lib/visible'

/** How requests are carried out; the workbench in the product. */
export interface RequestHost {
  /** Returns whether this page goes, because the window shows that folder now. */
  openFolder(path: string): Promise<boolean>
  isShown(file: string): Promise<boolean>
  /** Rejects where no editor of the file is open afterwards. */
  showFile(file: string, line: number, column: number): Promise<void>
  /** Calls closed once no editor of the file is open any more. */
  whenClosed(file: string, closed: () => void): Promise<void>
  confirm(question: Question): Promise<boolean>
  refuse(message: string): void
  fail(cause: unknown): void
}

/**
 * Requests takes what waits in Go, one after another. Go keeps each until it is told
 * that it is done: what this page does not come to is the next one's.
 */
export class Requests {
  private last: Promise<void> = Promise.resolve()
  /** Another folder is open: this page is about to be loaded again. */
  private going = false

  constructor(
    private readonly bridge: Pick<Bridge, 'Window'>,
    private readonly folder: string,
    private readonly host: RequestHost,
  ) {}

  /** take carries out what waits; loaded when the page has just been loaded. */
  take(loaded: boolean): Promise<void> {
    this.last = this.last.then(async () => {
      if (this.going) return
      try {
        const declined = new Set<string>() // asked about once, however many files of it are asked for
        for (const request of await this.bridge.Window.Requests(loaded)) {
          this.going = await this.carryOut(request, declined)
          if (this.going) return
        }
      } catch (cause) {
        this.host.fail(cause)
      }
    })
    return this.last
  }

  /** Returns whether this page goes: another folder is open. */
  private async carryOut(request: OpenRequest, declined: Set<string>): Promise<boolean> {
    try {
      if (request.kind === 'refused') {
        this.host.refuse(request.message)
        await this.bridge.Window.Shown(request.id)
      }
      // A question must not hold up what another start asks for.
      else if (request.kind === 'link') void this.askAbout(request).catch(this.host.fail)
      else if (request.folder === this.folder) await this.show(request)
      else if (declined.has(request.folder)) this.closed(request, false)
      else if (await this.host.openFolder(request.folder)) return true
      else {
        declined.add(request.folder)
        this.closed(request, false)
      }
    } catch (cause) {
      this.host.fail(cause)
      this.closed(request, false)
    }
    return false
  }

  private async show(request: OpenRequest): Promise<void> {
    const { id, file, line, column, wait, shown } = request
    // An editor that a new page does not bring back was not closed by anyone.
    if (file && !(shown && (await this.host.isShown(file)))) await this.host.showFile(file, line, column)
    await this.bridge.Window.Shown(id)
    if (file && wait) await this.host.whenClosed(file, () => this.closed(request, true))
  }

  /** It is over: a person has closed what was shown, or it could not be shown. */
  private closed({ id }: OpenRequest, shown: boolean): void {
    // A page that goes closes its editors, which no person has done.
    if (!this.going) void this.bridge.Window.Closed(id, shown).catch(this.host.fail)
  }

  private async askAbout(request: OpenRequest): Promise<void> {
    const kind = request.isFile ? 'file' : 'folder'
    const place = request.line ? `, line ${request.line}` : ''
    const opens = request.isFile
      ? `It is shown in the window of the folder ${onOneLine(request.folder)}, which opens where it is not open yet.`
      : 'The folder opens in a window.'
    const trust = request.trusted
      ? 'You trust this folder: what you let it do when it is open, it may do.'
      : 'You have not trusted this folder: nothing in it runs.'
    const agreed = await this.host.confirm({
      message: `A link from outside Keel asks to open a ${kind}.`,
      detail: `${onOneLine(request.path)}${place}\n\n${opens} ${trust}\n\nThe link itself changes, runs and installs nothing. If you did not click on such a link, cancel.`,
      primary: request.isFile ? 'Open File' : 'Open Folder',
      danger: true, // it comes unasked: a key meant for something else must not agree
    })
    if (agreed) await this.bridge.Window.FollowLink(request.id)
    else await this.bridge.Window.DropLink(request.id)
  }
}
