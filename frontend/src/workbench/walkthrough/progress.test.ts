import { expect, it, vi } from 'vitest'
import { Progress } from './progress'

function kept(text = '') {
  const self = {
    text,
    read: () => Promise.resolve(self.text),
    write: async (now: string) => void (self.text = now),
  }
  return self
}

it('what is done is done after a restart, and can be taken back', async () => {
  const place = kept()
  const progress = await Progress.load(place)
  expect(progress.mark('a.b#c', 'one', true)).toBe(true)
  expect(progress.mark('a.b#c', 'one', true)).toBe(false)
  progress.mark('a.b#c', 'two', true)
  progress.mark('a.b#d', 'one', true)
  await progress.settled()
  const again = await Progress.load(place)
  expect([...again.of('a.b#c')]).toEqual(['one', 'two'])
  again.mark('a.b#c', 'one', false)
  again.mark('a.b#d', 'one', false)
  await again.settled()
  expect([...(await Progress.load(place)).of('a.b#c')]).toEqual(['two'])
  expect((await Progress.load(place)).of('a.b#d').size).toBe(0)
})

it('two windows do not take back what the other has marked', async () => {
  const place = kept()
  const [one, other] = [await Progress.load(place), await Progress.load(place)]
  one.mark('a.b#c', 'one', true)
  await one.settled()
  other.mark('a.b#c', 'two', true)
  other.mark('a.b#d', 'one', true)
  await other.settled()
  expect([...other.of('a.b#c')].toSorted()).toEqual(['one', 'two'])
  one.mark('a.b#c', 'one', false)
  await one.settled()
  const after = await Progress.load(place)
  expect([...after.of('a.b#c')]).toEqual(['two'])
  expect([...after.of('a.b#d')]).toEqual(['one'])
})

it('what could not be kept is kept with the next', async () => {
  const place = kept()
  const progress = await Progress.load(place)
  const { write } = place
  const said = vi.spyOn(console, 'error').mockReturnValue()
  place.write = () => Promise.reject(new Error('the disk is full'))
  progress.mark('a.b#c', 'one', true)
  await progress.settled()
  expect([...progress.of('a.b#c')]).toEqual(['one'])
  expect(said).toHaveBeenCalledOnce()
  said.mockRestore()
  place.write = write
  progress.mark('a.b#c', 'two', true)
  await progress.settled()
  expect([...(await Progress.load(place)).of('a.b#c')]).toEqual(['one', 'two'])
})

it('only so much is kept, and what was touched last stays', async () => {
  const place = kept()
  const progress = await Progress.load(place)
  for (let n = 0; n < 150; n++) progress.mark(`a.b#${n}`, 'one', true)
  await progress.settled()
  const again = await Progress.load(place)
  expect(again.of('a.b#149').size).toBe(1)
  expect(again.of('a.b#50').size).toBe(1)
  expect(again.of('a.b#49').size).toBe(0)
})

it.each(['', 'x', '7', 'null', '{}', '[7,null,["a"],[7,[]],["a",7]]'])('%j holds nothing', async (text) => {
  expect((await Progress.load(kept(text))).of('a').size).toBe(0)
})
