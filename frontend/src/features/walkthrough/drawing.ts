import { drawReadme } from '../extension'

/** drawText draws a text of a walkthrough as an extension's README is drawn, as a part of the page. */
export function drawText(text: string, openAddress: (address: string) => void): HTMLElement {
  const drawn = drawReadme(text, openAddress)
  drawn.className = 'keel-readme keel-walkthrough-text'
  drawn.removeAttribute('tabindex')
  return drawn
}

/** Links to files of the extension, which is where nobody goes, become their words. */
export function withoutPaths(drawn: HTMLElement): HTMLElement {
  for (const link of drawn.querySelectorAll('a[data-path]')) link.replaceWith(...link.childNodes)
  return drawn
}

/** More pictures than this in one text stay words. */
const mostPictures = 20

/**
 * The pictures of a text, which stand in it as links "Image: …" to files beside
 * it. Each is replaced by what load makes of it, where it makes something.
 */
export function fillPictures(
  drawn: HTMLElement,
  base: string,
  load: (address: string, words: string) => Promise<HTMLElement | undefined>,
): void {
  const links = [...drawn.querySelectorAll<HTMLElement>('a[data-path]')]
  const folder = new URL('.', base).href
  const pictures = links.filter(({ textContent }) => /^Image(?:: |$)/.test(textContent))
  for (const link of pictures.slice(0, mostPictures)) {
    const address = URL.parse(link.dataset['path'] ?? '', base)
    if (!address?.href.startsWith(folder) || !/\.(?:png|jpe?g|gif|webp|svg)$/i.test(address.pathname))
      continue
    const words = document.createElement('span')
    words.append(...link.childNodes)
    link.replaceWith(words)
    void load(address.href, words.textContent.replace(/^Image:? ?/, '')).then((picture) => {
      if (picture) words.replaceWith(picture)
    })
  }
}
