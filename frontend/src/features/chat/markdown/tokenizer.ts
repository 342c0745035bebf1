import { Tokenizer, type Tokens } from 'marked'

/** A text without a blank that is longer holds no address. */
const longestWord = 3000

/** A longer paragraph is not looked through at all; what else is longer, not for bold and italics. */
const longest = 20_000

/** How much of a text is looked through at once. */
const piece = 1024

const longWord = new RegExp(`^\\S{${longestWord}}`)

/**
 * BoundedTokenizer finds what marked finds, in a time that grows with the length
 * of the text and not with its square: in texts that nobody writes by hand, such
 * as a word of 50,000 letters before an "@", some of it is left as plain text.
 */
export class BoundedTokenizer extends Tokenizer {
  override paragraph(src: string): Tokens.Paragraph | undefined {
    const found = super.paragraph(src)
    if (found && found.text.length > longest) {
      this.lexer.inlineQueue.pop() // what super left there for it
      found.tokens.push({ type: 'text', raw: found.text, text: found.text, escaped: false })
    }
    return found
  }

  override emStrong(src: string, masked: string, before = ''): Tokens.Em | Tokens.Strong | undefined {
    return masked.length > longest ? undefined : super.emStrong(src, masked, before)
  }

  override url(src: string): Tokens.Link | undefined {
    return longWord.test(src) ? undefined : super.url(src)
  }

  /** marked asks at each character whether a mail address begins there, to the end of the word. */
  override inlineText(src: string): Tokens.Text | undefined {
    if (src.length <= piece) return super.inlineText(src)
    const text = src.slice(0, piece)
    const found = super.inlineText(text)
    if (found?.raw.length !== piece) return found
    const blank = text.search(/\s\S*$/)
    return super.inlineText(blank > 0 ? text.slice(0, blank) : text)
  }
}
