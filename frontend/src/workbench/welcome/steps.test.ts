import { expect, it } from 'vitest'
import { partsOf } from '../../features/walkthrough'
import { whatToDo } from './whatToDo'
import { welcome } from './steps'

const finds = {
  model: () => Promise.resolve(''),
  prompts: () => Promise.resolve(''),
  editors: () => Promise.resolve(''),
}

const labels = (description = '') =>
  partsOf(description).flatMap((part) => (part.kind === 'command' ? [part.label] : []))

it('opens at the very first start without a folder, is offered with one, and then leaves one alone', () => {
  expect(whatToDo({ isFirst: true, folder: '', goesOn: false })).toBe('open')
  expect(whatToDo({ isFirst: true, folder: '/a', goesOn: false })).toBe('offer')
  expect(whatToDo({ isFirst: false, folder: '', goesOn: false })).toBe('nothing')
  expect(whatToDo({ isFirst: false, folder: '/a', goesOn: true })).toBe('open')
})

it('each step has a condition and events of its own, in both of its forms', () => {
  const { manifest, whole } = welcome({ folder: '', recent: [] }, finds)
  expect(manifest.steps.map(({ id }) => id)).toEqual(whole.steps.map(({ id }) => id))
  expect(
    manifest.steps.every(({ completionEvents }) => completionEvents && completionEvents.length > 0),
  ).toBe(true)
})

it('without a folder nothing is looked for, and a folder is a button away', () => {
  const { steps } = welcome({ folder: '', recent: [] }, finds).whole
  const [folder, model] = steps
  expect(labels(folder?.description)).toEqual(['Open Folder…', 'Open the Sample…'])
  expect(labels(model?.description)).toEqual(['Open Folder…'])
  expect(model?.found).toBeUndefined()
})

it('recent folders are offered by name and path, but not the one that is open', () => {
  const recent = ['/a', '/b (1)', '/c', '/d', '/e'].map((path) => ({ id: path, path, name: path.slice(1) }))
  const [folder] = welcome({ folder: '/a', recent }, finds).whole.steps
  const parts = partsOf(folder?.description ?? '')
  const offered = parts.flatMap((part) =>
    part.kind === 'command' && part.command === 'keel.welcome.recent' ? [part.args?.[0]] : [],
  )
  expect(offered).toEqual(['/b (1)', '/c', '/d'])
})
