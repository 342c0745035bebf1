import { guest } from './guest'
import type { GuestInit, Theme } from './protocol'

/** The looks of a document that has none of its own, as VS Code gives them. */
const looks = `@layer vscode-default {
  html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
  body {
    overscroll-behavior-x: none; margin: 0; padding: 0 20px; background-color: transparent;
    color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family);
    font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size);
  }
  img, video { max-width: 100%; max-height: 100%; }
  a, a code { color: var(--vscode-textLink-foreground); }
  p > a { text-decoration: var(--text-link-decoration); }
  a:hover { color: var(--vscode-textLink-activeForeground); }
  a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
  code {
    font-family: var(--monaco-monospace-font, var(--vscode-editor-font-family)); padding: 1px 3px; border-radius: 4px;
    color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background);
  }
  pre code { padding: 0; }
  blockquote { background: var(--vscode-textBlockQuote-background); border-color: var(--vscode-textBlockQuote-border); }
  kbd {
    padding: 1px 3px; border: 1px solid var(--vscode-keybindingLabel-border); border-radius: 3px; vertical-align: middle;
    color: var(--vscode-keybindingLabel-foreground); background-color: var(--vscode-keybindingLabel-background);
    border-bottom-color: var(--vscode-keybindingLabel-bottomBorder); box-shadow: inset 0 -1px 0 var(--vscode-widget-shadow);
  }
}`

/** Of what a document may say in the place of a header: nothing that leads elsewhere. */
const headers = new Set(['content-security-policy', 'default-style', 'content-type'])

/**
 * documentOf makes the whole document of a webview from what the extension has
 * written: our script comes before anything of it, also before its own policy.
 */
export function documentOf(html: string, init: GuestInit, nonce: string): string {
  const made = new DOMParser().parseFromString(html, 'text/html')
  for (const link of made.querySelectorAll('a')) {
    const href = link.getAttribute('href')
    if (!link.title && href) link.title = href
  }
  for (const meta of made.querySelectorAll('meta[http-equiv]')) {
    if (!headers.has((meta.getAttribute('http-equiv') ?? '').toLowerCase())) meta.remove()
  }
  if (!made.body.hasAttribute('role')) made.body.setAttribute('role', 'document')
  dress(made, init.theme)
  const script = made.createElement('script')
  script.nonce = nonce
  script.setAttribute('nonce', nonce)
  // Within a script element a text must not end it, nor begin a comment.
  const argument = JSON.stringify(init).replaceAll('<', '\\u003c')
  script.textContent = `(${guest.toString()})(${argument});document.currentScript.remove()`
  const style = made.createElement('style')
  style.id = '_defaultStyles'
  style.textContent = looks
  style.setAttribute('nonce', nonce)
  made.head.prepend(script, style)
  return `<!DOCTYPE html>\n${made.documentElement.outerHTML}`
}

/** So that it has the right colours from the first picture on. */
function dress({ body, documentElement }: Document, theme: Theme): void {
  for (const [name, value] of Object.entries(theme.styles)) {
    documentElement.style.setProperty(`--${name}`, String(value))
  }
  body.classList.add(theme.kind)
  if (theme.kind === 'vscode-high-contrast-light') body.classList.add('vscode-high-contrast')
  if (theme.reducedMotion) body.classList.add('vscode-reduce-motion')
  if (theme.screenReader) body.classList.add('vscode-using-screen-reader')
  body.dataset['vscodeThemeKind'] = theme.kind
  body.dataset['vscodeThemeName'] = theme.label
  body.dataset['vscodeThemeId'] = theme.id
}
