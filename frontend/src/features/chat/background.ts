import type { SessionToolCall, SessionTurn } from '../../bridge'

/** Background finds the commands that go on. A turn that did not change is not looked through again. */
export class Background {
  private readonly known = new WeakMap<SessionTurn, readonly SessionToolCall[]>()

  among(turns: readonly SessionTurn[]): readonly SessionToolCall[] {
    return turns.flatMap((turn) => this.inTurn(turn))
  }

  private inTurn(turn: SessionTurn): readonly SessionToolCall[] {
    const known = this.known.get(turn)
    if (known) return known
    const calls = turn.items.flatMap((item) => (item.tool?.running ? [item.tool] : []))
    this.known.set(turn, calls)
    return calls
  }
}
