import type { Bridge, Disposable, TerminalOutput } from '../../bridge'
import { Sequence } from '../../lib/sequence'

export interface StreamEvents {
  output(text: string, bytes: number): void
  exit(code: number): void
  /** What was handed over before need not be acknowledged any more. */
  restarted(): void
}

/**
 * TerminalStream is one terminal's output in order and without gaps. It attaches
 * again where it left off when an event was lost.
 */
export class TerminalStream implements Disposable {
  private stream = 0
  private again = false
  private next = 0
  private order: Sequence<TerminalOutput> | undefined
  private readonly early: TerminalOutput[] = []
  private ended = false

  constructor(
    private readonly bridge: Bridge,
    private readonly id: string,
    private readonly events: StreamEvents,
  ) {}

  /** Attaches from the byte after the last one seen: at first, from all that is kept. */
  async attach(): Promise<void> {
    this.order?.dispose()
    this.order = undefined
    const stream = await this.bridge.Terminals.Attach(this.id, this.next, this.again)
    if (this.ended) return
    this.again = true
    this.stream = stream
    this.order = new Sequence<TerminalOutput>((output) => this.take(output), {
      first: 1,
      onGap: () => this.recover(),
    })
    // Output can arrive before the answer that names its stream.
    for (const output of this.early.splice(0)) this.receive(output)
  }

  receive(output: TerminalOutput): void {
    if (this.ended) return
    if (!this.order) this.early.push(output)
    else if (output.stream === this.stream) this.order.push(output.seq, output)
  }

  dispose(): void {
    this.ended = true
    this.order?.dispose()
    this.early.length = 0
  }

  private take(output: TerminalOutput): void {
    if (this.ended) return
    if (output.text) {
      this.next = output.offset + output.bytes
      this.events.output(output.text, output.bytes)
    }
    if (output.exited) {
      this.dispose()
      this.events.exit(output.exitCode)
    }
  }

  private recover(): void {
    this.events.restarted()
    this.attach().catch(() => {
      this.dispose()
      this.events.exit(0)
    })
  }
}
