import { expect, it } from 'vitest'
import { walkthroughsIn } from './walkthroughs'

const step = { id: 'one', title: 'One', description: 'Do it.' }
const of = (more: object, steps: readonly unknown[] = [step]) =>
  walkthroughsIn([{ id: 'tour', title: 'Tour', description: 'Around.', steps, ...more }])
const media = (value: unknown) => of({}, [{ ...step, media: value }])[0]?.steps[0]?.media

it('reads a walkthrough as VS Code does', () => {
  const given = [
    {
      id: 'tour',
      title: 'Tour',
      description: 'Around.',
      icon: 'icon.png',
      featuredFor: ['*.go'],
      when: 'tour.ready',
      steps: [
        {
          ...step,
          when: 'isLinux',
          completionEvents: ['onCommand:tour.go'],
          media: { image: { dark: './d.png', light: 'l.png' }, altText: 'A boat' },
        },
      ],
    },
  ]
  expect(walkthroughsIn(given)).toEqual([
    {
      id: 'tour',
      title: 'Tour',
      description: 'Around.',
      when: 'tour.ready',
      steps: [
        {
          ...step,
          when: 'isLinux',
          completionEvents: ['onCommand:tour.go'],
          media: {
            image: { dark: 'd.png', light: 'l.png', hc: 'd.png', hcLight: 'l.png' },
            altText: 'A boat',
          },
        },
      ],
    },
  ])
  expect(walkthroughsIn(walkthroughsIn(given))).toEqual(walkthroughsIn(given))
})

it.each([
  [undefined],
  [null],
  [7],
  ['x'],
  [{}],
  [[null, 7, 'x', {}, []]],
  [[{ id: 'a' }]],
  [[{ id: 'a', steps: 'x' }]],
  [[{ id: 'a', steps: [{}] }]],
  [[{ id: 'a#b', steps: [step] }]],
  [[{ id: 'a\u202eb', steps: [step] }]],
  [[{ id: '', steps: [step] }]],
])('nothing is made of %j', (value) => {
  expect(walkthroughsIn(value)).toEqual([])
})

it('what is no text is none', () => {
  const [walkthrough] = of({ title: { toString: 'x' }, description: 7 }, [
    { id: 'one', title: [], description: null, completionEvents: [7, 'onView:x', null], media: 7 },
  ])
  expect(walkthrough).toEqual({
    id: 'tour',
    title: 'tour',
    description: '',
    steps: [
      { id: 'one', title: 'one', description: '', completionEvents: ['onView:x'], media: { altText: '' } },
    ],
  })
})

it('there is an end to how many, and how long', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => ({ ...step, id: `s${n}` }))
  expect(of({}, many)[0]?.steps).toHaveLength(50)
  expect(walkthroughsIn(many.map(({ id }) => ({ id, steps: [step] })))).toHaveLength(20)
  const [long] = of({ title: 'x'.repeat(1_000_000), description: '😀'.repeat(500_000) })
  expect(long?.title).toHaveLength(201)
  expect(long?.description.isWellFormed()).toBe(true)
  expect(long?.description.length).toBeLessThanOrEqual(1001)
})

it('each name is there once', () => {
  expect(of({}, [step, { ...step, title: 'Again' }])[0]?.steps.map(({ title }) => title)).toEqual(['One'])
})

it('a clause that cannot be told is not left out, but what it is about', () => {
  expect(of({ when: 'x'.repeat(1001) })).toEqual([])
  expect(of({ when: { a: 1 } })).toEqual([])
  expect(of({}, [step, { ...step, id: 'two', when: 7 }])[0]?.steps).toHaveLength(1)
  expect(of({ when: '' })[0]).not.toHaveProperty('when')
})

it.each([
  '../../etc/passwd.png',
  'a/../../b.png',
  '/etc/x.png',
  'https://far.example/x.png',
  '//far.example/x.png',
  'data:image/png,x.png',
  'a\\..\\b.png',
  '%2e%2e/b.png',
  'a//b.png',
  './../b.png',
  '.../b.png',
  'x.png?y.png',
  'x.js',
  'x.html',
  'x\u202egnp.png',
  `${'a'.repeat(300)}.png`,
])('no picture is at %s', (path) => {
  const words = { altText: 'words' }
  expect(media({ image: path, altText: 'words' })).toEqual(words)
  expect(media({ svg: path, altText: 'words' })).toEqual(words)
  expect(media({ image: { dark: path, light: path }, altText: 'words' })).toEqual(words)
  expect(media({ markdown: path.replace(/\.\w+$/, '.md'), altText: 'words' })).toEqual(
    path === 'x.js' || path === 'x.html' ? { markdown: 'x.md', altText: 'words' } : words,
  )
})

it('a film is words, and what is written in an old form is read', () => {
  expect(media({ video: 'a.mp4', altText: 'A film' })).toEqual({ altText: 'A film' })
  expect(media({ path: 'a.md' })).toEqual({ markdown: 'a.md', altText: '' })
  expect(media({ path: { dark: 'd.svg', light: 'l.svg' } })?.image?.dark).toBe('d.svg')
})
