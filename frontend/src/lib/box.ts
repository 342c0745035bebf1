/** Where an element is in the window, in its pixels, also when it is drawn larger with CSS zoom. */
export interface Box {
  top: number
  bottom: number
}

/** The element that zooms says by how much in data-zoom, in per cent: older WebKit does not take it into account. */
export function boxOf(element: Element): Box {
  const { top, bottom } = element.getBoundingClientRect()
  if (toldZoom(element) !== undefined) return { top, bottom }
  const zoom = Number(element.closest<HTMLElement>('[data-zoom]')?.dataset['zoom'] ?? '100') / 100
  return { top: top * zoom, bottom: bottom * zoom }
}

/** By how much CSS zoom enlarges the lengths that are set on an element; 1 where rectangles are told in the same. */
export function zoomOf(element: Element): number {
  return toldZoom(element) ?? 1
}

/** Engines that tell it also tell rectangles in the pixels of the window. */
function toldZoom(element: { readonly currentCSSZoom?: number }): number | undefined {
  return element.currentCSSZoom
}
