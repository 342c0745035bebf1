import { expect, it } from 'vitest'
import { Progress } from './progress'

function kept(text = '') {
  const self = { text, read: () => self.text, write: (now: string) => void (self.text = now) }
  return self
}

it('what is done is done after a restart, and can be taken back', () => {
  const place = kept()
  const progress = new Progress(place)
  expect(progress.mark('a.b#c', 'one', true)).toBe(true)
  expect(progress.mark('a.b#c', 'one', true)).toBe(false)
  progress.mark('a.b#c', 'two', true)
  progress.mark('a.b#d', 'one', true)
  const again = new Progress(place)
  expect([...again.of('a.b#c')]).toEqual(['one', 'two'])
  again.mark('a.b#c', 'one', false)
  again.mark('a.b#d', 'one', false)
  expect([...new Progress(place).of('a.b#c')]).toEqual(['two'])
  expect(new Progress(place).of('a.b#d').size).toBe(0)
})

it('only so much is kept, and what was touched last stays', () => {
  const place = kept()
  const progress = new Progress(place)
  for (let n = 0; n < 150; n++) progress.mark(`a.b#${n}`, 'one', true)
  const again = new Progress(place)
  expect(again.of('a.b#149').size).toBe(1)
  expect(again.of('a.b#50').size).toBe(1)
  expect(again.of('a.b#49').size).toBe(0)
})

it.each(['', 'x', '7', 'null', '{}', '[7,null,["a"],[7,[]],["a",7]]'])('%j holds nothing', (text) => {
  expect(new Progress(kept(text)).of('a').size).toBe(0)
})
