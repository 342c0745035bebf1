import { contrast, inkOn, mix, readable, type Channels } from './tint'

/** What is filled with a colour, and where it is. */
interface Filled {
  readonly shape: SVGGeometryElement
  readonly box: DOMRect
  readonly inverse: DOMMatrix
  readonly colour: Channels
  readonly share: number
}

/**
 * Gives each text of a drawing that cannot be read on what lies beneath its
 * middle a colour that can. Diagrams bring fills of their own ("style A
 * fill:#f9f"), made for a page of the other kind, light or dark.
 *
 * The drawing must be laid out. `ground` is what it stands on, and `inks` are
 * the colours to choose from, the best first; all as CSS colours.
 */
export function makeLegible(drawing: SVGSVGElement, ground: string, inks: readonly string[]): void {
  const [below = [255, 255, 255], ...wanted] = [ground, ...inks].map((each) => resolved(drawing, each))
  const filled: Filled[] = []
  // In the order in which they are painted.
  for (const element of drawing.querySelectorAll('text, rect, path, circle, ellipse, polygon')) {
    if (element.closest('defs, marker, clipPath, mask')) continue
    if (element instanceof SVGGeometryElement) add(filled, element)
    // The numbers of a sequence stand on markers, which have their colour from the theme.
    else if (element instanceof SVGTextElement && !element.classList.contains('sequenceNumber'))
      ink(element, beneath(filled, element.getBoundingClientRect(), below), wanted)
  }
}

function add(filled: Filled[], shape: SVGGeometryElement): void {
  const { fill, fillOpacity, opacity, display } = getComputedStyle(shape)
  const [colour, alpha] = parsed(fill)
  const inverse = shape.getScreenCTM()?.inverse()
  if (!colour || !inverse || display === 'none') return
  const share = alpha * Number(fillOpacity) * Number(opacity)
  if (share > 0) filled.push({ shape, box: shape.getBoundingClientRect(), inverse, colour, share })
}

/** The colour that is seen at the middle of a box. */
function beneath(filled: readonly Filled[], { x, y, width, height }: DOMRect, ground: Channels): Channels {
  const middle = new DOMPoint(x + width / 2, y + height / 2)
  return filled.reduce((below, { shape, box, inverse, colour, share }) => {
    const near =
      middle.x >= box.left && middle.x <= box.right && middle.y >= box.top && middle.y <= box.bottom
    return near && shape.isPointInFill(middle.matrixTransform(inverse)) ? mix(colour, below, share) : below
  }, ground)
}

function ink(text: SVGTextElement, ground: Channels, wanted: readonly Channels[]): void {
  const parts = [text, ...text.querySelectorAll('tspan')]
  const seen = parts.map((part) => {
    const { fill, fillOpacity, opacity } = getComputedStyle(part)
    const [colour, alpha] = parsed(fill)
    return colour && mix(colour, ground, alpha * Number(fillOpacity) * Number(opacity))
  })
  if (seen.every((each) => each && contrast(each, ground) >= readable)) return
  const colour = `rgb(${inkOn(ground, ...wanted).join()})`
  for (const part of parts) {
    for (const [name, value] of Object.entries({ fill: colour, 'fill-opacity': '1', opacity: '1' }))
      part.style.setProperty(name, value, 'important')
  }
}

/** A CSS colour in channels. */
function resolved(inside: Element, colour: string): Channels {
  const probe = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  probe.style.fill = colour
  inside.append(probe)
  const [found] = parsed(getComputedStyle(probe).fill)
  probe.remove()
  return found ?? [0, 0, 0]
}

/** A computed fill, "rgb(…)" or "rgba(…)", and how much it covers; without a colour for "none" and patterns. */
function parsed(fill: string): [Channels | undefined, number] {
  if (!fill.startsWith('rgb')) return [undefined, 0]
  const [red = 0, green = 0, blue = 0, alpha = 1] = (fill.match(/[\d.]+/g) ?? []).map(Number)
  return [[red, green, blue], alpha]
}
