/** A colour as its channels of 0 to 255. */
export type Channels = readonly [number, number, number]

/** What a text must have at least to be read by most: WCAG 2.2, contrast (minimum). */
export const readable = 4.5

/**
 * A colour laid thinly over another, of `share` between 0 and 1. Mermaid reads
 * plain colours only; one that is not "#rrggbb" is left as it is.
 */
export function tint(colour: string, under: string, share: number): string {
  const [over, below] = [channels(colour), channels(under)]
  if (!over || !below) return colour
  return `#${mix(over, below, share)
    .map((value) => Math.round(value).toString(16).padStart(2, '0'))
    .join('')}`
}

/** The strongest tint, up to `share`, on which a text of the colour `ink` can be read. */
export function tintBelow(ink: string, colour: string, under: string, share: number): string {
  for (let left = share; left > 0; left -= 0.05) {
    const tinted = tint(colour, under, left)
    const [text, ground] = [channels(ink), channels(tinted)]
    if (!text || !ground || contrast(text, ground) >= readable) return tinted
  }
  return under
}

export function mix(over: Channels, below: Channels, share: number): Channels {
  const at = (i: 0 | 1 | 2): number => over[i] * share + below[i] * (1 - share)
  return [at(0), at(1), at(2)]
}

/** WCAG's contrast of two colours, from 1 to 21. */
export function contrast(one: Channels, other: Channels): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const black: Channels = [0, 0, 0]
const white: Channels = [255, 255, 255]

/** The first of some colours that can be read on a ground; where none can, black or white, one of which always can. */
export function inkOn(ground: Channels, ...wanted: readonly Channels[]): Channels {
  const found = wanted.find((each) => contrast(each, ground) >= readable)
  return found ?? (contrast(black, ground) > contrast(white, ground) ? black : white)
}

function luminance(colour: Channels): number {
  const linear = (value: number): number =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

export function channels(colour: string): Channels | undefined {
  const [, red, green, blue] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})/i.exec(colour.trim()) ?? []
  return red && green && blue ? [parseInt(red, 16), parseInt(green, 16), parseInt(blue, 16)] : undefined
}
