import { expect, it } from 'vitest'
import { showWhatIsSent } from '../../features/about'
import { startAccess } from '../../features/access'
import { startAccounts } from '../../features/account'
import { startAudit } from '../../features/audit'
import { startCheckpoints } from '../../features/checkpoint'
import { startImport } from '../../features/import'
import { startSecrets } from '../../features/secret'
import { startTrust } from '../../features/trust'
import { partsOf } from '../../features/walkthrough'
import { fakeWindow } from '../../testing/window'
import { namedBy } from '../walkthrough/completion'
import { welcomeActs } from './acts'
import { welcome } from './steps'
import { editorsText, promptsText } from './texts'
import { whatToDo } from './whatToDo'

const finds = {
  model: () => Promise.resolve(''),
  prompts: () => Promise.resolve(''),
  editors: () => Promise.resolve(''),
}

const labels = (description = '') =>
  partsOf(description).flatMap((part) => (part.kind === 'command' ? [part.label] : []))

/** What stands in every form of the steps. */
const descriptions = () =>
  ['', '/a'].flatMap((folder) =>
    welcome({ folder, recent: [{ path: '/b', name: 'b' }] }, finds).manifest.steps.map(
      ({ description }) => description,
    ),
  )

it('opens at the very first start without a folder, is offered with one, and then leaves one alone', () => {
  expect(whatToDo({ isFirst: true, folder: '', goesOn: false })).toBe('open')
  expect(whatToDo({ isFirst: true, folder: '/a', goesOn: false })).toBe('offer')
  expect(whatToDo({ isFirst: false, folder: '', goesOn: false })).toBe('nothing')
  expect(whatToDo({ isFirst: false, folder: '/a', goesOn: true })).toBe('open')
})

it('each step has a condition and events of its own, in both of its forms', () => {
  const { manifest, whole } = welcome({ folder: '', recent: [] }, finds)
  expect(manifest.steps.map(({ id }) => id)).toEqual(whole.steps.map(({ id }) => id))
  for (const { id, completionEvents } of manifest.steps) expect(completionEvents, id).not.toEqual([])
  // Two may not have anything to say.
  const conditions = manifest.steps.flatMap(({ id, when }) => (when ? [[id, when]] : []))
  expect(conditions).toEqual([
    ['signIn', '!keel.welcomeLocal'],
    ['import', 'keel.welcomeEditors'],
  ])
})

it('what completes a step, and what a button runs, is there', () => {
  const host = fakeWindow({ methods: { 'Trust.State': () => new Promise(() => undefined) } })
  const importing = { ...host, installExtensions: () => Promise.resolve() }
  const started = [
    ...[startAccess, startAccounts, startAudit, startCheckpoints].map((start) => start(host, 'keel.chat')),
    startSecrets(host),
    startTrust(host),
    startImport(importing),
  ]
  // Registered beside the dialog of About, which needs the workbench.
  const elsewhere = [showWhatIsSent]
  const known = new Set([
    ...welcomeActs(host, () => Promise.resolve(false)).keys(),
    ...host.commands.keys(),
    ...elsewhere,
  ])
  const { steps } = welcome({ folder: '', recent: [] }, finds).manifest
  const events = steps.flatMap(({ completionEvents }) => completionEvents ?? [])
  const named = [
    ...namedBy([{ walkthrough: '', step: '', events }], 'onCommand'),
    ...[...descriptions(), promptsText([]), editorsText([{ name: 'A' }])]
      .flatMap(partsOf)
      .flatMap((part) => (part.kind === 'command' ? [part.command] : [])),
  ]
  for (const each of started) each.dispose()
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

it('the requests to try are as many as fit, and none is said', () => {
  const example = { prompt: 'run the tests', what: 'Runs them', references: [], practice: true }
  expect(labels(promptsText([example, { ...example, practice: false }]))).toEqual(['run the tests'])
  expect(labels(promptsText(Array.from({ length: 9 }, () => example)))).toHaveLength(3)
  expect(labels(promptsText([]))).toEqual(['Open the Sample…'])
  expect(promptsText([])).toContain('None of the examples fits')
  expect(labels(editorsText([]))).toEqual([])
})

it('without a folder nothing is looked for, and a folder is a button away', () => {
  const { steps } = welcome({ folder: '', recent: [] }, finds).whole
  const [folder, model] = steps
  expect(labels(folder?.description)).toEqual(['Open Folder…', 'Open the Sample…'])
  expect(labels(model?.description)).toEqual(['Open Folder…'])
  expect(model?.found).toBeUndefined()
})

it('recent folders are offered by name and path, but not the one that is open', () => {
  const tooLong = `/${'long/'.repeat(500)}`
  const paths = ['/a', tooLong, '/b (1)', '/c', '/d', '/e']
  const recent = paths.map((path) => ({ path, name: path.slice(1) }))
  const [folder] = welcome({ folder: '/a', recent }, finds).whole.steps
  const parts = partsOf(folder?.description ?? '')
  const offered = parts.flatMap((part) =>
    part.kind === 'command' && part.command === 'keel.welcome.recent' ? [part.args?.[0]] : [],
  )
  expect(offered).toEqual(['/b (1)', '/c', '/d'])
  expect(JSON.stringify(parts)).not.toContain('long/long')
})
