import { expect, test } from 'vitest'
import { Slashes } from './slashes.svelte'

const command = (name: string) => ({ name, detail: `does ${name}`, run: () => undefined })

function slashes(): Slashes {
  return new Slashes(() => [command('compact'), command('new'), command('next')])
}

const names = (mine: Slashes): string[] => mine.list.options.map((each) => each.command.name)

test('"/" at the start offers the commands that begin so; elsewhere nothing', () => {
  const mine = slashes()
  mine.follow('/', 1)
  expect(names(mine)).toEqual(['compact', 'new', 'next'])
  mine.follow('/ne', 3)
  expect([mine.open, names(mine)]).toEqual([true, ['new', 'next']])
  mine.follow('/nothing', 8)
  expect(mine.open).toBe(false)
  mine.follow('a /ne', 5)
  expect(mine.open).toBe(false)
})

test('Escape closes it until the "/" is gone', () => {
  const mine = slashes()
  mine.follow('/', 1)
  mine.dismiss()
  mine.follow('/n', 2)
  expect(mine.open).toBe(false)
  mine.follow('', 0)
  mine.follow('/', 1)
  expect(mine.open).toBe(true)
})

test.each([
  ['/new', 'new', ''],
  ['/Compact keep\nthe tests ', 'compact', 'keep\nthe tests'],
  ['/unknown x', undefined, undefined],
  ['/usr/bin is full', undefined, undefined],
])('%j calls %s with %j', (text, name, rest) => {
  const called = slashes().called(text)
  expect([called?.command.name, called?.rest]).toEqual([name, rest])
})
