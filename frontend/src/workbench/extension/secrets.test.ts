import { expect, it, vi } from 'vitest'
import { Failure } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { ExtensionSecrets } from './secrets'

const name = '{"extensionId":"harbour.lamp","key":"token"}'
const other = '{"extensionId":"harbour.buoy","key":"token"}'

function secrets(methods: Record<string, (...args: never[]) => unknown> = {}) {
  const bridge = fakeBridge({ methods })
  const told = vi.fn()
  return { bridge, told, provider: new ExtensionSecrets(bridge, told) }
}

it('keeps what an extension keeps in Go, for this extension alone', async () => {
  const { bridge, provider } = secrets()
  expect(await provider.get(name)).toBeUndefined()
  await provider.set(name, 'open sesame')
  expect(await provider.get(name)).toBe('open sesame')
  expect(await provider.get(other)).toBeUndefined()
  await provider.set(other, '')
  expect(await provider.get(other)).toBe('')
  expect(await provider.keys()).toEqual([name, other])
  await provider.delete(name)
  expect(await provider.get(name)).toBeUndefined()
  expect(bridge.calls.find((call) => call.name === 'Extensions.KeepSecret')?.arguments).toEqual([
    { extensionId: 'harbour.lamp', key: 'token' },
    'open sesame',
  ])
})

it.each([
  '',
  'github-models',
  'code-oss.loginAccount',
  'null',
  '"harbour.lamp"',
  '["harbour.lamp","token"]',
  '{"extensionId":"harbour.lamp"}',
  '{"extensionId":1,"key":"token"}',
  '{"key":"token","extensionId":"harbour.lamp"}',
  '{"extensionId":"harbour.lamp","key":"token","more":1}',
  '{ "extensionId":"harbour.lamp","key":"token"}',
  '{"extensionId":"harbour.lamp","key":"a","key":"token"}',
  JSON.stringify({ extensionId: 'harbour.lamp', key: '\ud800' }),
])('takes no other name: %s', async (name) => {
  const { bridge, provider } = secrets()
  expect(await provider.get(name)).toBeUndefined()
  await expect(provider.set(name, 'x')).rejects.toThrow('Only an extension')
  await provider.delete(name)
  expect(bridge.calls).toEqual([])
})

it('sends no value that is too large or would arrive as another', async () => {
  const { bridge, provider } = secrets()
  await expect(provider.set(name, 'x'.repeat(64 * 1024 + 1))).rejects.toThrow('64 KiB')
  await expect(provider.set(name, 'half \ud800')).rejects.toThrow('text')
  expect(bridge.calls).toEqual([])
  await provider.set(name, '🔑')
  expect(await provider.get(name)).toBe('🔑')
})

it('tells the extension each time, and the person once until it works again', async () => {
  let locked = true
  const fail = (): void => {
    if (locked) throw new Failure('not_allowed', 'Your keys are sealed.', 'Unlock them.')
  }
  const { told, provider } = secrets({
    'Extensions.Secret': () => {
      fail()
      return { value: '', found: false }
    },
    'Extensions.KeepSecret': fail,
    'Extensions.ForgetSecret': fail,
  })
  await expect(provider.get(name)).rejects.toThrow('Your keys are sealed. Unlock them.')
  await expect(provider.set(name, 'x')).rejects.toThrow('Your keys are sealed.')
  await expect(provider.delete(other)).rejects.toThrow('Your keys are sealed.')
  expect(told).toHaveBeenCalledTimes(1)
  expect(told).toHaveBeenCalledWith('harbour.lamp', expect.objectContaining({ code: 'not_allowed' }))
  locked = false
  await provider.get(other)
  locked = true
  await expect(provider.get(other)).rejects.toThrow()
  expect(told).toHaveBeenCalledTimes(2)
})

it('does not bother the person with what only the extension can do wrong', async () => {
  const { told, provider } = secrets({
    'Extensions.KeepSecret': () => {
      throw new Failure('too_large', 'It keeps 200 already.', '')
    },
  })
  await expect(provider.set(name, 'x')).rejects.toThrow('200')
  expect(told).not.toHaveBeenCalled()
})
