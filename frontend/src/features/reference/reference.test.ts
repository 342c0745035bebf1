import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type ReferenceMatches, type SessionReference } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { addressesIn, mostPasted, typedAddress, urlReference } from './address'
import { blocks } from './blocks'
import { emphasised, hashAt, slashAt } from './hash'
import { kindsFor, narrowed } from './kinds'
import { Looks } from './looks.svelte'
import { Picker } from './picker.svelte'
import { joined, unread } from './pointed'
import { chipState, sizeWarning } from './states'
import { Terms } from './terms.svelte'
import { content, file, page } from './testing/states'
import type { Pointed, ReferenceSources } from './host'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([
  ['#', 'at the start', ''],
  ['see #cal', 'after a blank', 'cal'],
  ['(#file:src/a.go', 'after a bracket', 'file:src/a.go'],
  ['a\n#x', 'on another line', 'x'],
  ['#1st', 'a name that begins with a number', '1st'],
])('%j is a reference: %s', (text, _, word) => {
  expect(hashAt(text, text.length)).toEqual({
    from: text.length - word.length - 1,
    to: text.length,
    text: word,
  })
})

test.each([['C#'], ['#123'], ['# Title'], ['##'], ['a#b'], ['# '], ['see #one two'], ['https://x.org/#a']])(
  '%j is none',
  (text) => expect(hashAt(text, text.length)).toBeUndefined(),
)

test.each([
  ['/', 1, ''],
  ['/co', 3, 'co'],
  ['/compact now', 4, 'com'],
  ['/co', 0, undefined],
  ['/compact now', 12, undefined],
  ['/usr/bin', 4, undefined],
  ['a /co', 5, undefined],
])('the command in %j at %d', (text, caret, word) => expect(slashAt(text, caret)?.text).toBe(word))

test('what was typed is emphasised: in one piece, else in order, else not', () => {
  const shown = (name: string, typed: string): string =>
    emphasised(name, typed)
      .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
      .join('')
  expect(shown('calc.go', 'ALC')).toBe('c[alc].go')
  expect(shown('parseCalc', 'pc')).toBe('[p]arse[C]alc')
  expect(shown('calc.go', 'zz')).toBe('calc.go')
  expect(shown('İx', 'x')).toBe('İx')
})

test('kinds are found by their word and by their title; some are narrowed to', () => {
  expect(kindsFor('')).toHaveLength(11)
  expect(kindsFor('co').map((kind) => kind.word)).toEqual(['codebase'])
  expect(kindsFor('changes').map((kind) => kind.word)).toEqual(['git-diff'])
  expect(narrowed('file:a:b')).toEqual({ word: 'file', rest: 'a:b' })
  expect(narrowed('Code:x')).toEqual({ word: 'symbol', rest: 'x' })
  expect(narrowed('codebase:x')).toBeUndefined()
  expect(narrowed('__proto__:x')).toBeUndefined()
})

test.each([
  ['https://go.dev/ref/spec', ['https://go.dev/ref/spec']],
  ['see https://go.dev/a. And (http://b.org/x_(y)), too', ['https://go.dev/a', 'http://b.org/x_(y)']],
  ['twice https://a.org https://a.org', ['https://a.org']],
  ['<a href="https://a.org/b">', ['https://a.org/b']],
  ['javascript:alert(1) file:///etc/passwd ftp://a.org', []],
  ['https://bank.example@evil.example/', []],
  [Array.from({ length: mostPasted + 1 }, (_, i) => `https://a.org/${i}`).join('\n'), []],
])('the addresses in %j', (text, addresses) => expect(addressesIn(text)).toEqual(addresses))

test.each([
  ['go.dev/ref', 'https://go.dev/ref'],
  ['HTTP://A.org', 'http://a.org/'],
  ['go', undefined],
  ['me@a.org', undefined],
  ['javascript:alert(1)', undefined],
  ['file:///etc/passwd', undefined],
])('a typed address %j', (text, address) => expect(typedAddress(text)).toBe(address))

test('an international host is shown as it is asked for', () => {
  expect(urlReference('https://аpple.com/x').name).toBe('xn--pple-43d.com/x')
})

test('what is pointed at twice stands there once, with the newer text', () => {
  const known = joined([], [{ kind: 'file', name: 'a.go', path: 'a.go', given: 'old' }], () => '1')
  const agreed = known.map((each) => ({ ...each, agreed: true }))
  const more: Pointed[] = [
    { kind: 'file', name: 'a.go', path: 'a.go', given: 'new' },
    { kind: 'code', name: 'a.go:1-2', path: 'a.go', from: 1, to: 2 },
    { kind: 'terminal', name: 'Terminal', given: 'x' },
    { kind: 'terminal', name: 'Terminal', given: 'y' },
    { kind: 'terminal', name: 'Terminal', given: 'x' },
  ]
  const all = joined(agreed, more, () => '2')
  expect(all.map((each) => each.name)).toEqual(['a.go', 'a.go:1-2', 'Terminal', 'Terminal'])
  expect(all[0]).toEqual({ id: '1', kind: 'file', name: 'a.go', path: 'a.go', given: 'new', agreed: true })
  expect(unread([file('a.go', { content: content() })])).toEqual([file('a.go')])
})

test('what a chip says', () => {
  const read = (fields: Partial<ReturnType<typeof content>>, reference = file('a.go')) =>
    chipState({ ...reference, content: content(fields) }, undefined)
  expect(read({})).toEqual({ tone: 'plain', note: '1.1k', detail: 'About 1,050 tokens.' })
  expect(read({ cut: 'Only the first 9 lines.' })).toMatchObject({ tone: 'cut', note: '1.1k, cut' })
  expect(read({ note: 'Of the PDF this is the text alone.' })).toEqual({
    tone: 'plain',
    note: '1.1k',
    detail: 'Of the PDF this is the text alone. About 1,050 tokens.',
  })
  expect(read({ problem: 'It is gone.', hint: 'Remove it.' })).toMatchObject({
    tone: 'warning',
    detail: 'It is gone. Remove it.',
  })
  expect(read({ problem: 'Kept.', kept: true }).tone).toBe('kept')
  expect(chipState(file('a.go'), { state: 'looking' }).tone).toBe('looking')
  expect(chipState(file('a.go'), { state: 'failed', message: 'No.' })).toMatchObject({
    tone: 'warning',
    detail: 'No.',
  })
  expect(chipState(page, undefined).note).toBe('Fetch and use')
})

test('much of the context is warned of', () => {
  expect(sizeWarning([content({ tokens: 50 })], 200)).toBe('')
  expect(sizeWarning([content({ tokens: 51 })], 200)).toContain('26 % of')
  expect(sizeWarning([content({ tokens: 150 }), content({ tokens: 51 })], 200)).toContain('more than')
  expect(sizeWarning([content({ tokens: 51 })], 0)).toBe('')
})

test('a text is cut into blocks at its line ends, and nothing of it is lost', () => {
  const lines = 'a line of text\n'.repeat(2000)
  const parts = blocks(lines)
  expect(parts.length).toBeGreaterThan(5)
  expect(parts.join('\n')).toBe(lines)
  const long = '🙂'.repeat(5000)
  expect(blocks(long).join('')).toBe(long)
  expect(blocks(long).every((part) => part.isWellFormed())).toBe(true)
})

test('a look waits for a pause, does not touch the web, and forgets what is gone', async () => {
  const bridge = fakeBridge({
    methods: {
      'References.Look': ({ reference }: { reference: SessionReference }) => ({
        ...reference,
        content: content(),
      }),
    },
  })
  const looks = new Looks(bridge)
  const prompt = (): string => 'why'
  looks.follow('s1', [file('a.go')], prompt)
  looks.follow('s1', [file('a.go'), file('b.go'), page], prompt)
  expect(bridge.calls).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect(bridge.calls.map((call) => call.arguments[0])).toMatchObject([
    { sessionId: 's1', prompt: 'why', reference: { id: 'a.go' }, again: false },
    { reference: { id: 'b.go' } },
  ])
  expect(Object.keys(looks.known)).toEqual(['a.go', 'b.go'])
  looks.follow('s1', [file('a.go', { agreed: true })], prompt)
  expect(Object.keys(looks.known)).toEqual(['a.go'])
  await vi.advanceTimersByTimeAsync(200)
  expect(bridge.calls).toHaveLength(3)
})

test('a look that is ended leaves what was known, and its late answer counts for nothing', async () => {
  let answer: (value: SessionReference) => void = () => undefined
  const bridge = fakeBridge({
    methods: {
      'References.Look': () => new Promise((resolve) => (answer = resolve)),
      'References.StopLooking': () => undefined,
    },
  })
  const looks = new Looks(bridge)
  const first = looks.look('s1', page, '')
  answer({ ...page, content: content({ tokens: 1 }) })
  await first
  const second = looks.look('s1', page, '', true)
  expect(looks.known['page']?.state).toBe('looking')
  looks.cancel('page')
  const late = answer
  expect(looks.known['page']).toMatchObject({ state: 'known', content: { tokens: 1 } })
  late({ ...page, content: content({ tokens: 2 }) })
  await second
  expect(looks.known['page']).toMatchObject({ content: { tokens: 1 } })
  expect(bridge.calls.map((call) => call.name)).toEqual([
    'References.Look',
    'References.Look',
    'References.StopLooking',
  ])
})

test('who answers for a site is said once, ever', async () => {
  const bridge = fakeBridge()
  const first = new Terms(bridge)
  await first.needed()
  expect(first.shown).toBe(true)
  const second = new Terms(bridge)
  await second.needed()
  expect(second.shown).toBe(false)
})

const sources = {
  file: async (path: string) => ({ kind: 'file' as const, name: path, path, given: 'unsaved' }),
} as unknown as ReferenceSources

function picker(find: (query: { text: string; kinds: string[]; whole: boolean }) => unknown) {
  const bridge = fakeBridge({
    methods: {
      'References.Find': find,
      'References.Forget': () => undefined,
      'Search.ClearCache': () => undefined,
      'Search.Files': () => ({ paths: ['a/logo.png'], limitHit: false }),
    },
  })
  const mine = new Picker({ bridge, sources })
  return { bridge, picker: mine, type: (text: string) => mine.follow(text, text.length) }
}

const match = (name: string, path: string) => ({
  kind: 'file' as const,
  name,
  path,
  from: 0,
  to: 0,
  symbol: '',
})
const names = (mine: Picker): string[] =>
  mine.list.options.map((each) => each.name.map((piece) => piece.text).join(''))
const answer = (...matches: ReferenceMatches['matches']): ReferenceMatches => ({
  matches,
  limitHit: false,
  partial: false,
  problem: '',
})

test('a late answer never takes the place of a newer one', async () => {
  const answers: ((found: ReferenceMatches) => void)[] = []
  const { picker: mine, type } = picker(() => new Promise((resolve) => answers.push(resolve)))
  type('#ab')
  type('#abc')
  await vi.advanceTimersByTimeAsync(0)
  expect(mine.busy).toBe(true)
  answers[1]?.(answer(match('abc.go', 'abc.go')))
  await vi.advanceTimersByTimeAsync(0)
  answers[0]?.(answer(match('ab.go', 'ab.go')))
  await vi.advanceTimersByTimeAsync(0)
  expect(names(mine)).toEqual(['abc.go'])
  expect(mine.busy).toBe(false)
})

test('the newest question is asked again when one before it has ended it', async () => {
  let ended = 0
  const { picker: mine, type } = picker(() => {
    if (ended++ < 2) throw new Failure('cancelled', 'Cancelled.', '')
    return answer(match('abc.go', 'abc.go'))
  })
  type('#abc')
  await vi.advanceTimersByTimeAsync(0)
  expect([names(mine), mine.busy, mine.note]).toEqual([['abc.go'], false, ''])
})

test('a question that is always ended is given up, and that is said', async () => {
  let ended = 0
  const { picker: mine, type } = picker(() => {
    ended++
    throw new Failure('cancelled', 'Cancelled.', '')
  })
  type('#abc')
  await vi.advanceTimersByTimeAsync(0)
  expect([mine.busy, mine.note, ended]).toEqual([false, 'Cancelled.', 11])
})

test('what is known is shown at once, and the whole when Go has looked', async () => {
  const answers: ((found: ReferenceMatches) => void)[] = []
  const asked: unknown[] = []
  const { picker: mine, type } = picker(
    (query) => (asked.push(query.whole), new Promise((resolve) => answers.push(resolve))),
  )
  const settle = async (place: number, found: ReferenceMatches) => {
    answers[place]?.(found)
    await vi.advanceTimersByTimeAsync(0)
  }
  type('#abc')
  await vi.advanceTimersByTimeAsync(0)
  await settle(0, { ...answer(match('abc.go', 'abc.go')), partial: true, problem: 'Still being read.' })
  expect([names(mine), mine.busy, mine.note]).toEqual([['abc.go'], true, 'Still being read.'])
  await settle(1, { ...answer(), partial: true })
  expect([names(mine), mine.busy]).toEqual([['abc.go'], true])
  await settle(2, answer(match('abcd.go', 'abcd.go')))
  expect([names(mine), mine.busy, mine.note]).toEqual([['abcd.go'], false, ''])
  expect(asked).toEqual([false, true, true])
})

test('an opening has one key for Go, which is forgotten with it', async () => {
  const { bridge, picker: mine, type } = picker(() => answer())
  type('#a')
  type('#ab')
  await vi.advanceTimersByTimeAsync(0)
  type('done')
  type('#c')
  await vi.advanceTimersByTimeAsync(0)
  mine.close()
  const keys = bridge.calls
    .filter((call) => call.name === 'References.Find')
    .map((call) => (call.arguments[0] as { cacheKey: string }).cacheKey)
  expect(keys[0]).toBe(keys[1])
  expect(keys[2]).not.toBe(keys[0])
  const forgotten = bridge.calls.filter((call) => call.name === 'References.Forget')
  expect(forgotten.map((call) => call.arguments[0])).toEqual([keys[0], keys[2]])
})

test('a word narrows to its kind; the address of a page is typed behind it', async () => {
  const asked: unknown[] = []
  const { picker: mine, type } = picker((query) => (asked.push([query.text, query.kinds]), answer()))
  type('#folder:in')
  type('#symbol:Add')
  type('#url:')
  expect(mine.note).toContain('Type or paste an address')
  type('#url:go.dev/ref')
  expect(mine.list.chosen?.act).toMatchObject({ type: 'point', word: 'go.dev/ref' })
  type('#url:javascript:alert(1)')
  expect(mine.list.chosen).toBeUndefined()
  type('#image:lo')
  await vi.advanceTimersByTimeAsync(0)
  expect(names(mine)).toEqual(['Choose a picture…', 'logo.png'])
  expect(asked).toEqual([
    ['in', ['folder']],
    ['Add', ['code']],
  ])
})

test('Escape closes it until there is another "#"', async () => {
  const { picker: mine, type } = picker(() => answer())
  type('#a')
  mine.dismiss()
  type('#ab')
  expect(mine.open).toBe(false)
  type('#ab and #c')
  expect(mine.open).toBe(true)
})

test('paths are shown where names repeat, and files come as their editors hold them', async () => {
  const { picker: mine, type } = picker(() =>
    answer(match('a.go', 'a.go'), match('a.go', 'x/a.go'), match('ab.go', 'y/ab.go')),
  )
  type('#a.')
  await vi.advanceTimersByTimeAsync(0)
  expect(mine.list.options.map((each) => each.detail.map((piece) => piece.text).join(''))).toEqual([
    './',
    'x/',
    '',
  ])
  const act = mine.list.chosen?.act
  expect(act?.type === 'point' ? await act.find() : undefined).toMatchObject({
    path: 'a.go',
    given: 'unsaved',
  })
})

test('what cannot be looked for is said, and the kinds stay', async () => {
  const { picker: mine, type } = picker(() => {
    throw new Failure('internal', 'The folder could not be read.', '')
  })
  type('#ter')
  await vi.advanceTimersByTimeAsync(0)
  expect(names(mine)).toEqual(['Terminal'])
  expect(mine.note).toBe('The folder could not be read.')
})

test('the keyboard goes through the lines and around', async () => {
  const found = Array.from({ length: 20 }, (_, i) => match(`a${i}`, `a${i}`))
  const { picker: mine, type } = picker(() => answer(...found, ...found.slice(0, 1)))
  type('#file:a')
  await vi.advanceTimersByTimeAsync(0)
  const { list } = mine
  expect(list.options).toHaveLength(20)
  const at = (key: string): number => (list.move(key), list.active)
  expect([at('ArrowDown'), at('PageDown'), at('PageUp'), at('Home'), at('ArrowUp'), at('ArrowDown')]).toEqual(
    [1, 9, 1, 0, 19, 0],
  )
  expect(list.move('x')).toBe(false)
})
