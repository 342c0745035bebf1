import { expect, it, vi } from 'vitest'
import type { Bridge, Extension, ExtensionPlanItem, ExtensionProgress } from '../../bridge'
import { Plans } from './plans'

const item: ExtensionPlanItem = {
  id: 'harbour.theme',
  version: '1.1.0',
  displayName: 'Harbour Themes',
  publisherName: 'Harbour',
  why: 'asked',
  kind: 'declarative',
  verified: true,
  newPublisher: false,
  signed: true,
  unchecked: false,
  installed: '1.0.0',
  size: 0,
  refused: '',
}
const there = { id: 'harbour.theme', version: '1.1.0', kind: 'declarative' } as Extension
const request = { id: item.id, version: item.version, preRelease: false, file: '', update: false }

function bridgeWith(items: ExtensionPlanItem[], end: Partial<ExtensionProgress> = {}) {
  let tell: (progress: ExtensionProgress) => void = () => {}
  const last = {
    jobId: 'job',
    id: item.id,
    phase: 'done',
    done: 0,
    total: 0,
    ended: true,
    error: null,
    ...end,
  }
  const extensions = {
    Plan: vi.fn(async () => ({ id: 'plan', items })),
    State: vi.fn(async () => ({ seq: 1, gallery: '', network: true, installed: [there] })),
    Agree: vi.fn(async () => {}),
    Install: vi.fn(async () => {
      // The end of a job may be told before its id is known.
      tell(last)
      return 'job'
    }),
    CancelInstall: vi.fn(async () => {}),
  }
  const bridge = {
    Extensions: extensions,
    on: (_: string, listener: typeof tell) => {
      tell = listener
      return { dispose: () => {} }
    },
  } as unknown as Pick<Bridge, 'Extensions' | 'on'>
  return { bridge, extensions }
}

const install = (plans: Plans, signal = new AbortController().signal) =>
  plans.install(item.id, item.version, '{}', () => {}, signal)

it('installs nothing that was not agreed to', async () => {
  const { bridge, extensions } = bridgeWith([item])
  const plans = new Plans(bridge, async () => false)
  expect(await plans.agree(request)).toBeUndefined()
  await expect(install(plans)).rejects.toMatchObject({ code: 'not_allowed' })
  expect(extensions.Agree).not.toHaveBeenCalled()
  expect(extensions.Install).not.toHaveBeenCalled()
})

it('installs what was agreed to, once', async () => {
  const { bridge, extensions } = bridgeWith([item])
  const plans = new Plans(bridge, async () => true)
  await plans.agree(request)
  expect(await install(plans)).toBe(there)
  expect(extensions.Install).toHaveBeenCalledWith({
    planId: 'plan',
    id: item.id,
    version: item.version,
    metadata: '{}',
  })
  await expect(install(plans)).rejects.toMatchObject({ code: 'not_allowed' })
})

it.each<[string, ExtensionPlanItem[], boolean]>([
  ['an update that brings what is expected', [item], false],
  ['one by a publisher who is new', [{ ...item, newPublisher: true }], true],
  ['one that has code now', [{ ...item, kind: 'web' }], true],
  ['one that brings another along', [item, { ...item, id: 'pier.lamp', why: 'dependency' }], true],
])('%s', async (_, items, asks) => {
  const { bridge } = bridgeWith(items)
  const ask = vi.fn(async () => true)
  await new Plans(bridge, ask).agree({ ...request, update: true })
  expect(ask).toHaveBeenCalledTimes(asks ? 1 : 0)
})

it('says why a job failed or was ended', async () => {
  const failed = bridgeWith([item], {
    phase: 'failed',
    error: { code: 'broken', message: 'wrong', hint: '' },
  })
  const plans = new Plans(failed.bridge, async () => true)
  await plans.agree(request)
  await expect(install(plans)).rejects.toMatchObject({ code: 'broken', message: 'wrong' })

  const ended = bridgeWith([item], { phase: 'cancelled' })
  const others = new Plans(ended.bridge, async () => true)
  await others.agree(request)
  await expect(install(others)).rejects.toMatchObject({ code: 'cancelled' })
})

it('does not agree to what is refused', async () => {
  const { bridge, extensions } = bridgeWith([{ ...item, refused: 'needs Node' }])
  const ask = vi.fn(async () => true)
  expect(await new Plans(bridge, ask).agree(request)).toBeUndefined()
  expect(ask).toHaveBeenCalledOnce()
  expect(extensions.Agree).not.toHaveBeenCalled()
})
