import type { Bridge, Disposable, SecretsState } from '../../bridge'

/**
 * SecretsStore is the page's copy of where keys and tokens are kept. Go owns the
 * truth and sends it whole whenever it changes.
 */
export class SecretsStore implements Disposable {
  state = $state.raw<SecretsState | undefined>(undefined)
  private readonly listener: Disposable

  constructor(
    readonly bridge: Bridge,
    private readonly changed: (state: SecretsState) => void,
  ) {
    this.listener = bridge.on('secrets', (state) => this.take(state))
  }

  dispose(): void {
    this.listener.dispose()
  }

  /** Asks Go; what it says may be older than what it has sent meanwhile. */
  async load(): Promise<void> {
    this.take(await this.bridge.Secrets.State())
  }

  private take(state: SecretsState): void {
    if (this.state && state.seq < this.state.seq) return
    this.state = state
    this.changed(state)
  }
}
