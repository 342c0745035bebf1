import type { Bridge, OpenRequest } from '../bridge'
import type { Question } from '../features/chat'
import { onOneLine } from '../lib/visible'

/** How requests are carried out; the workbench in the product. */
export interface RequestHost {
  openFolder(path: string): Promise<boolean>
  showFile(file: string, line: number, column: number): Promise<void>
  /** Calls closed once no editor of the file is open any more. */
  whenClosed(file: string, closed: () => void): Promise<void>
  confirm(question: Question): Promise<boolean>
  refuse(message: string): void
  fail(cause: unknown): void
}

/** Requests takes what waits in Go, one after another. */
export class Requests {
  private last: Promise<void> = Promise.resolve()

  constructor(
    private readonly bridge: Pick<Bridge, 'Window'>,
    private readonly folder: string,
    private readonly host: RequestHost,
  ) {}

  /** take carries out what waits; loaded when the page has just been loaded. */
  take(loaded: boolean): Promise<void> {
    this.last = this.last.then(async () => {
      try {
        for (const request of await this.bridge.Window.Requests(loaded)) await this.carryOut(request)
      } catch (cause) {
        this.host.fail(cause)
      }
    })
    return this.last
  }

  private async carryOut(request: OpenRequest): Promise<void> {
    try {
      if (request.kind === 'refused') this.host.refuse(request.message)
      // A question must not hold up what another start asks for.
      else if (request.kind === 'link') void this.askAbout(request).catch(this.host.fail)
      else await this.show(request)
    } catch (cause) {
      this.host.fail(cause)
      this.over(request)
    }
  }

  private async show(request: OpenRequest): Promise<void> {
    if (request.folder !== this.folder) {
      if (!(await this.host.openFolder(request.folder))) this.over(request)
      return
    }
    if (!request.file) return
    if (!request.shown) await this.host.showFile(request.file, request.line, request.column)
    if (request.wait) await this.host.whenClosed(request.file, () => this.over(request))
  }

  /** Nobody need wait for it any more. */
  private over({ wait }: OpenRequest): void {
    if (wait) void this.bridge.Window.Closed(wait).catch(this.host.fail)
  }

  private async askAbout(request: OpenRequest): Promise<void> {
    const kind = request.isFile ? 'file' : 'folder'
    const place = request.line ? `, line ${request.line}` : ''
    const agreed = await this.host.confirm({
      message: `A link from outside Keel asks to open a ${kind}.`,
      detail: `${onOneLine(request.path)}${place}\n\nOpening it shows it and no more: nothing is changed, run or installed. If you did not click on such a link, cancel.`,
      primary: request.isFile ? 'Open File' : 'Open Folder',
      danger: true, // it comes unasked: a key meant for something else must not agree
    })
    if (agreed) await this.bridge.Window.FollowLink(request.link)
    else await this.bridge.Window.DropLink(request.link)
  }
}
