import { cleanup, render, type RenderResult } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, expect, test, vi } from 'vitest'
import { Failure } from '../../bridge'
import { calls } from '../../testing/window'
import AccessPage from './AccessPage.svelte'
import { startAccess } from '.'
import { AccessStore } from './store.svelte'
import { fakeAccess, variable, type FakeAccess } from './testing'
import { levels, looksSecret } from './wording'

let host: FakeAccess
let shown: RenderResult<typeof AccessPage>

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await tick()
}

async function show(methods: Record<string, (...args: never[]) => unknown> = {}): Promise<void> {
  host = fakeAccess(methods)
  shown = render(AccessPage, { host, store: new AccessStore(host) })
  await settle()
}

function box(name: RegExp): HTMLInputElement {
  const found = shown.getByRole('checkbox', { name })
  if (!(found instanceof HTMLInputElement)) throw new Error(`${name.source} is no box`)
  return found
}

async function press(element: HTMLElement): Promise<void> {
  element.click()
  await settle()
}

test('each thing says in words how free the agent is in it', async () => {
  await show()
  const rows = shown.getAllByRole('listitem').map((row) => row.textContent.replaceAll(/\s+/g, ' ').trim())
  expect(rows.slice(0, 3)).toEqual([
    'Free Files in this folder Settings',
    'Asks first Files outside read only',
    'Never EDITOR',
  ])
  expect(new Set(Object.values(levels).map(({ word }) => word)).size).toBe(3)
  expect(shown.getByRole('img', { name: 'Done' })).toBeDefined()
  expect(shown.getByRole('img', { name: 'Not done yet' })).toBeDefined()
})

test('a variable is switched at once, and Undo switches it back', async () => {
  await show()
  await press(box(/^EDITOR/))
  expect(calls(host, 'Access.SetVariable')).toEqual([['EDITOR', true]])
  expect(host.questions).toEqual([])
  expect(box(/^EDITOR/).checked).toBe(true)
  expect(shown.getByText('Commands now get EDITOR.')).toBeDefined()
  await press(shown.getByRole('button', { name: 'Undo' }))
  expect(host.variables['EDITOR']).toBe(false)
  expect(box(/^EDITOR/).checked).toBe(false)
  expect(shown.queryByText('Commands now get EDITOR.')).toBeNull()
  await press(box(/^EDITOR/))
  box(/^EDITOR/).dispatchEvent(
    new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true, cancelable: true }),
  )
  await settle()
  expect(host.variables['EDITOR']).toBe(false)
})

test('a variable with the name of a secret is asked about, and warned of while it is on', async () => {
  await show()
  await press(box(/^GITHUB_TOKEN/))
  expect(host.questions[0]?.message).toContain('GITHUB_TOKEN')
  expect(calls(host, 'Access.SetVariable')).toEqual([])
  expect(box(/^GITHUB_TOKEN/).checked, 'the box shows what is so').toBe(false)
  host.confirms = [true]
  await press(box(/^GITHUB_TOKEN/))
  expect(host.variables['GITHUB_TOKEN']).toBe(true)
  expect(shown.getByText(/can read this secret/)).toBeDefined()
  await press(box(/^GITHUB_TOKEN/))
  expect(host.questions, 'taking it away is not asked about').toHaveLength(2)
  expect(host.variables['GITHUB_TOKEN']).toBe(false)
})

test('the network is asked about when it widens only', async () => {
  await show()
  await press(box(/^Commands/))
  expect(host.network).toBe(false)
  host.confirms = [true]
  await press(box(/^Commands/))
  expect(host.network).toBe(true)
  await press(box(/^Commands/))
  expect(host.network).toBe(false)
  expect(host.questions).toHaveLength(2)
})

test('a switch that fails says why and stays as it was', async () => {
  await show({
    'Access.SetVariable': () => {
      throw new Failure('internal', 'The settings are broken.', 'Mend them.')
    },
  })
  await press(box(/^EDITOR/))
  expect(shown.getByRole('alert').textContent).toContain('The settings are broken.')
  expect(box(/^EDITOR/).checked).toBe(false)
  expect(shown.queryByRole('button', { name: 'Undo' })).toBeNull()
})

test('links lead to where it is changed', async () => {
  await show()
  await press(shown.getByRole('button', { name: /^Settings: / }))
  await press(shown.getByRole('button', { name: 'Trusted Commands' }))
  await press(shown.getByRole('button', { name: 'Audit Log' }))
  expect(host.opened).toEqual([
    'settings: keelAgent.mode',
    'command: keel.editTrustedCommands',
    'command: keel.showAuditLog',
  ])
})

test('it looks again when the settings, the trust or the window change, once for all of them', async () => {
  vi.useFakeTimers()
  await show()
  host.variables['NEW'] = true
  host.bridge.emit('settings', {} as never)
  host.bridge.emit('trust', {} as never)
  window.dispatchEvent(new Event('focus'))
  await vi.advanceTimersByTimeAsync(200)
  expect(calls(host, 'Access.State')).toHaveLength(2)
  expect(box(/^NEW/).checked).toBe(true)
  shown.unmount()
  window.dispatchEvent(new Event('focus'))
  await vi.advanceTimersByTimeAsync(200)
  expect(calls(host, 'Access.State')).toHaveLength(2)
})

test('a failure offers to try again', async () => {
  let broken = true
  await show({
    'Access.State': () => {
      if (broken) throw new Failure('internal', 'It cannot be read.', 'Try later.')
      return { sections: [], practices: [] }
    },
  })
  expect(shown.getByRole('alert').textContent).toContain('It cannot be read.')
  broken = false
  await press(shown.getByRole('button', { name: 'Try again' }))
  expect(shown.queryByRole('alert')).toBeNull()
})

test('of many variables the first ones show, and all on request', async () => {
  const many = Array.from({ length: 60 }, (_, i) => variable(`VARIABLE_${i}`, false))
  await show({
    'Access.State': () => ({
      sections: [{ id: 'environment', title: 'Environment variables', summary: '', items: many }],
      practices: [],
    }),
  })
  expect(shown.getAllByRole('checkbox')).toHaveLength(12)
  await press(shown.getByRole('button', { name: 'Show 48 more' }))
  expect(shown.getAllByRole('checkbox')).toHaveLength(60)
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Environment variables')
})

test.each([
  ['AWS_SECRET_ACCESS_KEY', true],
  ['GITHUB_TOKEN', true],
  ['GH_PAT', true],
  ['DB_PASSWORD', true],
  ['OPENAI_API_KEY', true],
  ['AWS_PROFILE', true],
  ['PATH', false],
  ['EDITOR', false],
  ['KEYBOARD_LAYOUT', false],
  ['MONKEY', false],
])('the name %s is that of a secret: %s', (name, secret) => {
  expect(looksSecret(name)).toBe(secret)
})

test('the command opens the page and stands in the menu of the view', async () => {
  host = fakeAccess()
  const access = startAccess(host, 'keel.chat')
  const command = host.commands.get('keel.showAccess')
  expect(command).toMatchObject({ title: 'Keel: Show What the Agent Can Access', menu: 'keel.chat' })
  await command?.run()
  expect(host.opened).toEqual(['page: keel.access'])
  const container = document.createElement('div')
  const drawn = host.pages.get('keel.access')?.render(container)
  await settle()
  expect(container.textContent).toContain('Environment variables')
  drawn?.dispose()
  expect(container.textContent).toBe('')
  access.dispose()
  expect(host.pages.size + host.commands.size).toBe(0)
})
