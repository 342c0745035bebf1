import { zoomOf } from './box'

/**
 * Where a popup of the top layer stands beside what it was opened from, as a
 * style: below where there is room, else above, and always within the window.
 */
export function placeBeside(anchor: HTMLElement, popup: HTMLElement): string {
  const at = anchor.getBoundingClientRect()
  const zoom = zoomOf(popup)
  const [width, height] = [popup.offsetWidth * zoom, popup.offsetHeight * zoom]
  const left = Math.max(8, Math.min(at.left, window.innerWidth - width - 8))
  const below = at.bottom + 4 + height <= window.innerHeight
  const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - height)
  return `left: ${left / zoom}px; top: ${top / zoom}px`
}
