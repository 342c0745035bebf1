import { expect, test } from 'vitest'
import { channels, contrast, inkOn, readable, tint, tintBelow } from './tint'

test('a tint lies between its colours; what is no plain colour stays', () => {
  expect(tint('#ffffff', '#000000', 0.5)).toBe('#808080')
  expect(tint('rebeccapurple', '#000000', 0.5)).toBe('rebeccapurple')
})

test('contrast goes from 1 to 21, in whichever order', () => {
  expect(contrast([255, 255, 255], [255, 255, 255])).toBe(1)
  expect(contrast([0, 0, 0], [255, 255, 255])).toBe(21)
  expect(contrast([255, 255, 255], [0, 0, 0])).toBe(21)
})

test.each([
  ['#cccccc', '#89d185', '#1f1f1f'],
  ['#cccccc', '#59a4f9', '#1f1f1f'],
  ['#3b3b3b', '#388a34', '#ffffff'],
  ['#ffffff', '#ffffff', '#000000'],
])('%s can be read on every tint of %s over %s', (ink, colour, under) => {
  const [text, ground] = [channels(ink), channels(tintBelow(ink, colour, under, 0.9))]
  if (!text || !ground) throw new Error('These are plain colours.')
  expect(contrast(text, ground)).toBeGreaterThanOrEqual(readable)
})

test('the wanted ink is taken where it can be read, and otherwise one that can', () => {
  expect(inkOn([0, 0, 0], [200, 200, 200])).toEqual([200, 200, 200])
  expect(inkOn([255, 153, 255], [200, 200, 200])).toEqual([0, 0, 0])
  expect(inkOn([0, 99, 211], [59, 59, 59], [255, 255, 255])).toEqual([255, 255, 255])
  for (let grey = 0; grey < 256; grey++) {
    const ground = [grey, grey, grey] as const
    expect(contrast(inkOn(ground), ground)).toBeGreaterThanOrEqual(readable)
  }
})
