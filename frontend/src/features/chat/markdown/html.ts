import DOMPurify from 'dompurify'
import { Parser, Renderer, type Token, type Tokens } from 'marked'
import { outsideAddress } from '../../../lib/address'
import { escapeHtml, visibleHtml } from '../../../lib/html'
import { plainVisible } from '../../../lib/visible'
import { misleads } from './misleading'

/**
 * A token of Markdown as safe DOM. Raw HTML is shown as text, an image as a link
 * to it, and an address is never in an attribute that a browser follows: clicks
 * are handled by the view, which shows the address first.
 */
export function blockFragment(token: Token): DocumentFragment {
  const parser = new Parser<string, string>({ renderer: new SafeRenderer() })
  const root = inert.createElement('div')
  root.innerHTML = parser.parse([token])
  DOMPurify.sanitize(root, {
    ALLOWED_TAGS: elements.split(' '),
    ALLOWED_ATTR: attributes.split(' '),
    // No browser follows it: "calc.go:3" is a path, not an address with the scheme "calc.go".
    ADD_URI_SAFE_ATTR: ['data-path'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    IN_PLACE: true,
  })
  const fragment = document.createDocumentFragment()
  // Copied, not moved: what is taken out of a document is told to every iterator that DOMPurify has
  // ever made there, which in a reply of 10,000 paragraphs takes ten seconds.
  fragment.append(...[...root.childNodes].map((child) => document.importNode(child, true)))
  return fragment
}

/** A document that runs and loads nothing, for HTML that is not yet known to be safe. */
const inert = document.implementation.createHTMLDocument('')

const elements =
  'div p br hr h1 h2 h3 h4 h5 h6 blockquote ul ol li strong em del code pre a span table thead tbody tr th td'
const attributes = 'class title start align role tabindex aria-label data-address data-path'

/** The languages of the code inside a list or a quote, in the order in which it is drawn. */
export function nestedLanguages(token: Token): string[] {
  if (token.type === 'code') return [(token as Tokens.Code).lang?.split(/\s/)[0] ?? '']
  if (token.type === 'list') return (token as Tokens.List).items.flatMap(nestedLanguages)
  return innerTokens(token).flatMap(nestedLanguages)
}

function innerTokens(token: Token): Token[] {
  return ('tokens' in token ? token.tokens : undefined) ?? []
}

class SafeRenderer extends Renderer {
  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    return visibleHtml(text, 'prose')
  }

  override text(token: Tokens.Text | Tokens.Escape): string {
    const inner = innerTokens(token)
    if (inner.length > 0) return this.parser.parseInline(inner)
    return visibleHtml(token.type === 'text' ? decode(token.text) : token.text, 'prose')
  }

  override codespan({ text }: Tokens.Codespan): string {
    return `<code>${visibleHtml(text, 'code')}</code>`
  }

  override code({ text }: Tokens.Code): string {
    return `<pre><code>${visibleHtml(text, 'code')}</code></pre>`
  }

  override link({ href, text, tokens }: Tokens.Link): string {
    const inner = this.parser.parseInline(tokens)
    return anchor(href, inner, text)
  }

  override image({ href, text }: Tokens.Image): string {
    const label = text ? `Image: ${text}` : 'Image'
    return anchor(href, visibleHtml(label, 'prose'), label)
  }

  override table(token: Tokens.Table): string {
    return `<div class="table" role="region" aria-label="Table" tabindex="0">${super.table(token)}</div>`
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    const icon = checked ? 'pass-filled' : 'circle-large'
    return `<span class="task codicon codicon-${icon}" role="img" aria-label="${checked ? 'done' : 'open'}"></span> `
  }
}

/** Markdown's text keeps HTML entities; here they become characters, to be escaped once. */
function decode(text: string): string {
  return text.replace(/&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{1,31});/g, (entity) => {
    const area = document.createElement('textarea')
    area.innerHTML = entity
    return area.value
  })
}

function anchor(href: string, inner: string, text: string): string {
  const address = outsideAddress(href)
  if (address) {
    const leads = misleads(text, address)
      ? ` <span class="leads">(${escapeHtml(plainVisible(address))})</span>`
      : ''
    return `<a role="link" tabindex="0" data-address="${escapeHtml(address)}" title="${escapeHtml(plainVisible(address))}">${inner}</a>${leads}`
  }
  if (isWorkspacePath(href)) {
    return `<a role="link" tabindex="0" data-path="${escapeHtml(href)}" title="${escapeHtml(plainVisible(href))}">${inner}</a>`
  }
  // Anything else (javascript:, data:, command: …) is shown and leads nowhere.
  return href === text ? inner : `${inner} (${visibleHtml(href, 'code')})`
}

/** A relative path, with a line or lines behind ":" or "#L" where it has some. */
function isWorkspacePath(href: string): boolean {
  return /^(?![/\\#?])(?!.*\.\.(?:\/|$))[^\s:?#]+(?::\d+(?:[:-]\d+)?|#L\d+(?:-L?\d+)?)?$/.test(href)
}
