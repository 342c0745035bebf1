import type { SessionReference } from '../../../bridge'
import { addressesIn, urlReference, type Pointed } from '../../reference'

/**
 * Pasted knows which addresses came with a paste: what they point at goes when the
 * paste is undone, and comes back when it is done again.
 */
export class Pasted {
  private addresses: readonly string[] = []

  /** What a pasted text points at that is not pointed at already. */
  take(text: string, known: readonly SessionReference[]): Pointed[] {
    const fresh = addressesIn(text)
      .map((address) => ({ address, reference: urlReference(address) }))
      .filter(({ reference }) => !known.some((each) => each.address === reference.address))
    this.addresses = [...this.addresses, ...fresh.map(({ address }) => address)]
    return fresh.map(({ reference }) => reference)
  }

  /** Without what was pasted and is no longer in the text. */
  undone(text: string, known: readonly SessionReference[]): readonly SessionReference[] {
    const gone = this.addresses
      .filter((address) => !text.includes(address))
      .map((address) => urlReference(address).address)
    const left = known.filter((each) => each.kind !== 'url' || !gone.includes(each.address))
    return left.length === known.length ? known : left
  }

  /** What was pasted and is in the text again. */
  redone(text: string): Pointed[] {
    return this.addresses.filter((address) => text.includes(address)).map(urlReference)
  }

  forget(): void {
    this.addresses = []
  }
}
