import { expect, test } from 'vitest'
import { boxOf, zoomOf } from './box'

function zoomed(fields: object): HTMLElement {
  const around = document.createElement('div')
  around.dataset['zoom'] = '150'
  const inner = document.createElement('p')
  around.append(inner)
  return Object.assign(inner, { getBoundingClientRect: () => ({ top: 10, bottom: 30 }), ...fields })
}

test('places are told in the pixels of the window, by each engine', () => {
  expect(boxOf(zoomed({ currentCSSZoom: 1.5 }))).toEqual({ top: 10, bottom: 30 })
  expect(boxOf(zoomed({}))).toEqual({ top: 15, bottom: 45 })
  expect(zoomOf(zoomed({ currentCSSZoom: 1.5 }))).toBe(1.5)
  expect(zoomOf(zoomed({}))).toBe(1)
})
