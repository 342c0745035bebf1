import { noBlocks, parse, type Block } from './blocks'

export { blockFragment } from './html'
export type { Block }

/** markdownBlocks takes a whole text of Markdown apart. */
export function markdownBlocks(text: string): readonly Block[] {
  return parse(noBlocks, text, false).closed
}
