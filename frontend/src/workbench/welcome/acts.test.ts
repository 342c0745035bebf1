import { expect, it, vi } from 'vitest'
import { chooseModelCommand, tryExampleCommand } from '../../features/chat'
import { calls, fakeWindow, type FakeWindow } from '../../testing/window'
import { welcomeActs } from './acts'
import { chooseOther, nameService, use, useAws } from './connections'
import { takeGoesOn } from './goesOn'
import { openFolder, openRecent, openSample, tryPrompt } from './steps'

/** A window whose commands give these results. */
function windowWith(results: Record<string, unknown> = {}, methods = {}): FakeWindow & { ran: string[][] } {
  const ran: string[][] = []
  return Object.assign(fakeWindow({ methods: { 'Settings.Set': () => undefined, ...methods } }), {
    ran,
    runCommand: async (id: string, ...args: string[]) => {
      ran.push([id, ...args])
      return results[id]
    },
  })
}

const never = () => Promise.resolve(false)

function act(host: FakeWindow, name: string, ...args: string[]): Promise<boolean> {
  const found = welcomeActs(host, never).get(name)
  if (!found) throw new Error(`there is no act ${name}`)
  return found(...args)
}

it.each([
  [use, ['ollama', 'qwen3'], [chooseModelCommand, 'ollama', 'qwen3']],
  [useAws, ['work'], [chooseModelCommand, 'bedrock', '', 'work']],
  [chooseOther, [], [chooseModelCommand]],
])('%s has what was chosen answer from now on', async (name, args, command) => {
  const host = windowWith({ [chooseModelCommand]: { provider: 'chosen', model: 'm1' } })
  expect(await act(host, name, ...args)).toBe(true)
  expect(host.ran).toEqual([command])
  expect(calls(host, 'Settings.Set')).toEqual([
    ['keelAgent.provider', '"chosen"'],
    ['keelAgent.model', '"m1"'],
  ])
})

it.each([use, useAws, chooseOther])('%s changes nothing where nothing was chosen', async (name) => {
  for (const result of [undefined, false, {}]) {
    const host = windowWith({ [chooseModelCommand]: result })
    expect(await act(host, name, 'ollama', 'qwen3')).toBe(false)
    expect(calls(host, 'Settings.Set')).toEqual([])
  }
})

it('a prompt is tried once it is in the input', async () => {
  const host = windowWith({ [tryExampleCommand]: true })
  expect(await act(host, tryPrompt, 'run the tests')).toBe(true)
  expect(host.ran).toEqual([[tryExampleCommand, 'run the tests']])
  expect(await act(windowWith(), tryPrompt, 'run the tests')).toBe(false)
})

it('looking at the settings names no service yet', async () => {
  const host = windowWith()
  expect(await act(host, nameService)).toBe(false)
  expect(host.opened).toEqual(['settings: keelAgent.openai'])
})

it('the walkthrough goes on in the folder that it opens, and only there', async () => {
  const goes = windowWith({ 'workbench.action.files.openFolder': true })
  expect(await act(goes, openFolder)).toBe(true)
  expect(takeGoesOn()).toBe(true)
  expect(takeGoesOn()).toBe(false)
  expect(await act(windowWith(), openFolder)).toBe(false)
  expect(takeGoesOn()).toBe(false)
  const open = vi.fn(() => Promise.reject(new Error('it is gone')))
  await expect(welcomeActs(goes, open).get(openRecent)?.('/b')).rejects.toThrow('it is gone')
  expect(open).toHaveBeenCalledWith('/b')
  expect(takeGoesOn()).toBe(false)
})

it('a copy of the sample is made where the person says, and opened', async () => {
  const wrote = vi.fn()
  const methods = {
    'Samples.Find': (below: string) => ({ path: `${below || '/home/user'}/Keel Sample`, existing: '' }),
    'Samples.Write': wrote,
    'Window.PickFolder': () => '/elsewhere',
  }
  const host = windowWith({}, methods)
  const open = vi.fn(() => Promise.resolve(true))
  host.picks.push('another folder', 'Make a copy')
  expect(await welcomeActs(host, open).get(openSample)?.()).toBe(true)
  expect(wrote).toHaveBeenCalledWith('/elsewhere/Keel Sample')
  expect(open).toHaveBeenCalledWith('/elsewhere/Keel Sample')
  expect(takeGoesOn()).toBe(true)
  host.picks.push(undefined)
  expect(await act(host, openSample)).toBe(false)
  expect(wrote).toHaveBeenCalledOnce()
  expect(takeGoesOn()).toBe(false)
})
