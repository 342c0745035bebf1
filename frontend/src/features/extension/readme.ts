import type { Token, Tokens } from 'marked'
import { blockFragment, markdownBlocks } from '../chat'
import './readme.css'

/**
 * drawReadme draws what an extension says of itself: Markdown as safe DOM. There
 * are no scripts in it, no frames, no styles and no images, which would tell
 * their server who reads; an image is a link to it. HTML is shown as text, except
 * for what only arranges: of that the words are left. openAddress is told of
 * each link that is followed.
 */
export function drawReadme(text: string, openAddress: (address: string) => void): HTMLElement {
  const readme = document.createElement('div')
  readme.className = 'keel-readme keel-theme'
  readme.tabIndex = 0
  readme.append(...blocks(text).map(blockFragment))
  const follow = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link) return
    event.preventDefault()
    if (link.dataset['address']) openAddress(link.dataset['address'])
  }
  readme.addEventListener('click', follow)
  readme.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') follow(event)
  })
  return readme
}

function blocks(text: string): readonly Token[] {
  return markdownBlocks(text).flatMap(({ token }) => {
    if (token.type !== 'html') return [withoutLayout(token)]
    const words = wordsOf((token as Tokens.HTML).text)
    if (words === undefined) return [token]
    return markdownBlocks(words).map((block) => withoutLayout(block.token))
  })
}

/** Elements that arrange text or give it a look, and do nothing else. */
const arranging =
  'a b br center code dd details div dl dt em font h1 h2 h3 h4 h5 h6 hr i img kbd li ol p picture pre small source span strong sub summary sup table tbody td th thead tr u ul'

const harmless = new Set(arranging.split(' '))

const tags = /<!--[^]*?(?:-->|$)|<\/?([a-zA-Z][\w-]*)\b[^<>]*>/g

/** wordsOf leaves the words of HTML, as Markdown; undefined when it does more than arrange them. */
export function wordsOf(html: string): string | undefined {
  const names = [...html.matchAll(tags)].map(([, name]) => name?.toLowerCase())
  if (names.some((name) => name !== undefined && !harmless.has(name))) return undefined
  return withoutTags(
    html.replace(headings, (_, level: string, inside: string) => {
      const title = withoutTags(inside).replace(/\s+/g, ' ').trim()
      return `\n\n${'#'.repeat(Number(level))} ${title}\n\n`
    }),
  )
}

const headings = /<h([1-6])\b[^<>]*>([^]*?)<\/h\1>/gi

function withoutTags(html: string): string {
  const words = html.replace(tags, (tag: string, name?: string) => {
    if (name?.toLowerCase() === 'img') return attribute(tag, 'alt')
    return /^<\/?(?:p|div|h[1-6]|li|tr|table|ul|ol|br|hr|details|summary)\b/i.test(tag) ? '\n\n' : ''
  })
  // Set in, it would be code.
  return words
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag)?.slice(1).join('') ?? ''
}

/** A token in whose text words stand for the tags that only arrange. */
function withoutLayout(token: Token): Token {
  if (token.type === 'html') {
    const words = wordsOf(token.raw)
    return words === undefined ? token : { type: 'text', raw: words, text: words }
  }
  if (token.type === 'list') {
    const list = token as Tokens.List
    return { ...list, items: list.items.map((item) => withoutLayout(item) as Tokens.ListItem) }
  }
  const inner = 'tokens' in token ? token.tokens : undefined
  return inner ? { ...token, tokens: inner.map(withoutLayout) } : token
}
