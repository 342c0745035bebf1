/**
 * Acknowledgements turns the characters that the terminal has drawn into the
 * bytes that Go counts, since only Go knows how many bytes a text had.
 */
export class Acknowledgements {
  private readonly waiting: { characters: number; bytes: number }[] = []
  private drawn = 0

  /** Output of so many characters and bytes was handed to the terminal. */
  delivered(characters: number, bytes: number): void {
    this.waiting.push({ characters, bytes })
  }

  /** The terminal has drawn more characters; returns the bytes of the pieces drawn whole. */
  drew(characters: number): number {
    this.drawn += characters
    let bytes = 0
    for (let first = this.waiting[0]; first && first.characters <= this.drawn; first = this.waiting[0]) {
      this.drawn -= first.characters
      bytes += first.bytes
      this.waiting.shift()
    }
    return bytes
  }

  /** Everything handed over so far belongs to a stream that has ended. */
  reset(): void {
    this.waiting.length = 0
    this.drawn = 0
  }
}
