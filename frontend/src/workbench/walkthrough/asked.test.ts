import { expect, it } from 'vitest'
import { askedFor, isMeant } from './asked'

it.each([
  ['harbour.tour#first', { id: 'harbour.tour#first' }],
  ['harbour.tour#first#two', { id: 'harbour.tour#first', step: 'two' }],
  [{ category: 'harbour.tour#first' }, { id: 'harbour.tour#first' }],
  [
    { category: 'harbour.tour#first', step: 'two' },
    { id: 'harbour.tour#first', step: 'two' },
  ],
  [
    { category: 'harbour.tour#first', step: 'harbour.tour#first#two' },
    { id: 'harbour.tour#first', step: 'two' },
  ],
  [{ category: 'harbour.tour#first', step: 7 }, { id: 'harbour.tour#first' }],
  ['harbour.tour', undefined],
  ['', undefined],
  [{ category: 7 }, undefined],
  [{}, undefined],
  [null, undefined],
  [undefined, undefined],
])('%j asks for %j', (given, asked) => {
  expect(askedFor(given)).toEqual(asked)
})

it('capitals make no other walkthrough', () => {
  expect(isMeant('Harbour.Tour#first', { id: 'harbour.tour#first' })).toBe(true)
  expect(isMeant('Harbour.Tour#first', { id: 'harbour.tour#second' })).toBe(false)
})
