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
  let change = (_: { affectsConfiguration(name: string): boolean }): void => undefined
  const told: unknown[] = []
  const configuration = {
    getValue: (name: string) => values[name],
    onDidChangeConfiguration: (listener: typeof change) => {
      change = listener
      return { dispose: () => undefined }
    },
  }
  followNeed(configuration as never, (key, value) => void told.push([key, value]))
  values['keelAgent.provider'] = 'github-models'
  change({ affectsConfiguration: (name) => name === 'keelAgent.provider' })
  change({ affectsConfiguration: (name) => name === 'editor.fontSize' })
  expect(told).toEqual([
    ['keel.welcomeLocal', true],
    ['keel.welcomeLocal', false],
  ])
})
