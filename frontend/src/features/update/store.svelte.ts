import { toFailure, type Disposable, type Failure, type UpdatesState } from '../../bridge'
import { plainVisible } from '../../lib/visible'
import type { UpdateHost } from './host'

/** UpdateStore is the page's copy of what Go knows of a newer version, and the steps to it. */
export class UpdateStore implements Disposable {
  state = $state.raw<UpdatesState | undefined>(undefined)
  /** why a step could not be begun */
  failure = $state.raw<Failure | undefined>(undefined)

  private readonly events: Disposable

  constructor(private readonly host: UpdateHost) {
    this.events = host.bridge.on('updates', (state) => this.take(state))
    void this.begin(async () => this.take(await host.bridge.Updates.State()))
  }

  dispose(): void {
    this.events.dispose()
  }

  check = () => this.begin(async () => this.take(await this.host.bridge.Updates.Check()))
  download = () => this.begin(() => this.host.bridge.Updates.Download())
  cancel = () => this.begin(() => this.host.bridge.Updates.Cancel())
  discard = () => this.begin(() => this.host.bridge.Updates.Discard())
  settings = () => this.begin(() => this.host.openSettings('keelUpdate.check'))

  /** Installs once the person has agreed to it. */
  install = () =>
    this.begin(async () => {
      const { state } = this
      if (!state) return
      const agreed = await this.host.confirm({
        message: `Install Keel ${state.version} at the next start?`,
        detail: `It was checked to be the version that was released. Keel ${state.running} goes on until you close it, and is kept beside the new one.`,
        primary: 'Install at Next Start',
      })
      if (agreed) await this.host.bridge.Updates.Install()
    })

  /** Opens an address of the notes after the person has seen it whole. */
  open = (address: string) =>
    this.begin(async () => {
      const agreed = await this.host.confirm({
        message: 'Open this address outside Keel?',
        detail: plainVisible(address),
        primary: 'Open',
      })
      if (agreed) await this.host.bridge.Window.OpenExternal(address)
    })

  copy = (text: string) => this.begin(() => navigator.clipboard.writeText(text))

  private take(state: UpdatesState): void {
    if (!this.state || state.seq >= this.state.seq) this.state = state
  }

  private async begin(step: () => Promise<void>): Promise<void> {
    this.failure = undefined
    try {
      await step()
    } catch (cause) {
      this.failure = toFailure(cause)
    }
  }
}
