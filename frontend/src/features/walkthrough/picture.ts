/** A drawing of more characters, or of more of these parts, could hold up the window while it is drawn. */
const mostCharacters = 300_000
const mostCopies = 15

/** A picture of more points fills the memory while it is taken apart. */
const mostPoints = 32_000_000

/** A text of more bytes is not read. */
const mostText = 200_000

/**
 * loadPicture loads a picture of an extension; undefined where there is none, or
 * none that can be shown. A drawing is only ever an image: nothing in it runs or
 * loads anything. Its colours that are the theme's are those of `theme`.
 */
export async function loadPicture(
  address: string,
  words: string,
  theme: (name: string) => string,
): Promise<HTMLImageElement | undefined> {
  const image = new Image()
  image.alt = words
  image.decoding = 'async'
  image.draggable = false
  if (new URL(address).pathname.toLowerCase().endsWith('.svg')) {
    const drawing = await loadText(address, mostCharacters)
    if (drawing === undefined || !isModest(drawing)) return undefined
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(themed(drawing, theme))}`
  } else {
    image.src = address
  }
  const isThere = await new Promise<boolean>((resolve) => {
    image.onload = () => resolve(true)
    image.onerror = () => resolve(false)
  })
  return isThere && image.naturalWidth * image.naturalHeight <= mostPoints ? image : undefined
}

/** loadText reads a text of an extension; undefined where it is not there, or too long. */
export async function loadText(address: string, longest = mostText): Promise<string | undefined> {
  const response = await fetch(address).catch(() => undefined)
  if (!response?.ok || Number(response.headers.get('Content-Length') ?? 0) > longest) {
    await response?.body?.cancel().catch(() => undefined)
    return undefined
  }
  const text = await response.text().catch(() => undefined)
  return text !== undefined && text.length <= longest ? text : undefined
}

/**
 * Whether a drawing is what it looks like: copies of copies and entities make
 * millions of shapes out of a few lines, and noise takes long to make.
 */
export function isModest(drawing: string): boolean {
  if (/<!(?:DOCTYPE[^>]*\[|ENTITY)|<(?:[\w-]+:)?(?:foreignObject|feTurbulence|script)\b/i.test(drawing))
    return false
  const copies = drawing.match(/<(?:[\w-]+:)?(?:use|pattern|mask|marker|filter|image)\b/gi) ?? []
  return copies.length <= mostCopies
}

/** In an image the theme's colours are not known: they are written into it. */
export function themed(drawing: string, theme: (name: string) => string): string {
  return drawing.replaceAll(
    /var\(\s{0,9}(--vscode-[\w-]{1,100})\s{0,9}(?:,([^()]{0,100}))?\)/g,
    (_, name: string, other = '') => {
      const colour = theme(name).trim()
      return /^[\w#(),.%\s/-]+$/.test(colour) ? colour : (other as string).trim() || 'currentColor'
    },
  )
}
