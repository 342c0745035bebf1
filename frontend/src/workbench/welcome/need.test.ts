import { expect, it } from 'vitest'
import { followNeed, needsNoAccount } from './need'

it.each([
  ['', '', false],
  ['practice', '', true],
  ['ollama', '', true],
  ['openai:work', '', true],
  ['github-models', '', false],
  ['bedrock', '', false],
  ['bedrock', 'work', true],
])('%j with the profile %j: %s', (provider, profile, expected) => {
  expect(needsNoAccount(provider, profile)).toBe(expected)
})

it('is told at the start, and whenever the settings change', () => {
  const values: Record<string, unknown> = { 'keelAgent.provider': 'practice' }
  type Listener = (event: { affectsConfiguration(name: string): boolean }) => void
  const listeners: Listener[] = []
  const told: unknown[] = []
  const configuration = {
    getValue: (name: string) => values[name],
    onDidChangeConfiguration: (listener: Listener) => {
      listeners.push(listener)
      return { dispose: () => undefined }
    },
  }
  followNeed(configuration as never, (key, value) => void told.push([key, value]))
  values['keelAgent.provider'] = 'github-models'
  for (const changed of ['keelAgent.provider', 'editor.fontSize'])
    for (const listener of listeners) listener({ affectsConfiguration: (name) => name === changed })
  expect(told).toEqual([
    ['keel.welcomeLocal', true],
    ['keel.welcomeLocal', false],
  ])
})
