import { toFailure, type Bridge, type Disposable, type Failure } from '../../bridge'

const scope = 'application'
const zoomKey = 'keel.chat.zoom'
const toldKey = 'keel.chat.ratingTold'
/** In per cent. */
const [least, most, step] = [70, 200, 10]

/**
 * Remembered is what the chat keeps for all windows, beside what the workbench
 * keeps. Another window's change is seen when this one comes to the front.
 */
export class Remembered implements Disposable {
  /** how large the chat is drawn, in per cent */
  zoom = $state(100)
  /** It was said that ratings stay on this machine. */
  ratingTold = true

  private readonly look = (): void => void this.load()
  private saving: Promise<void> = Promise.resolve()

  constructor(
    private readonly bridge: Bridge,
    private readonly fail: (failure: Failure) => void,
  ) {
    window.addEventListener('focus', this.look)
    void this.load()
  }

  zoomBy(steps: 1 | -1): void {
    this.setZoom(Math.round(this.zoom / step) * step + steps * step)
  }

  resetZoom(): void {
    this.setZoom(100)
  }

  tellRating(): void {
    this.ratingTold = true
    this.save(toldKey, 'true')
  }

  dispose(): void {
    window.removeEventListener('focus', this.look)
  }

  private setZoom(wanted: number): void {
    const zoom = inRange(wanted)
    if (zoom === this.zoom) return
    this.zoom = zoom
    this.save(zoomKey, String(zoom))
  }

  private save(key: string, value: string): void {
    this.saving = this.saving
      .then(() => this.bridge.Storage.Update({ scope, set: { [key]: value }, delete: [] }))
      .catch((cause: unknown) => this.fail(toFailure(cause)))
  }

  private async load(): Promise<void> {
    await this.saving
    try {
      const stored = await this.bridge.Storage.Load(scope)
      this.zoom = inRange(Number(stored[zoomKey] ?? '100'))
      this.ratingTold = stored[toldKey] === 'true'
    } catch {
      // It is drawn in its usual size then, and works.
    }
  }
}

function inRange(zoom: number): number {
  return Number.isFinite(zoom) ? Math.min(most, Math.max(least, Math.round(zoom))) : 100
}
