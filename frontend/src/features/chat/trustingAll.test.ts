import { expect, it } from 'vitest'
import { fakeHost } from './testing/host'
import { session } from '../../testing/sessions'
import { warnOfTrustingAll } from './trustingAll'

function changed(seq: number, ...trustedCommands: string[]) {
  return {
    seq,
    name: 'settings.json',
    problems: [],
    values: { mode: 'autopilot', trustedCommands, commandDenylist: [], provider: '', model: '' },
  }
}

it('asks once more when every command is newly trusted, and takes it back', async () => {
  const set: string[] = []
  const host = fakeHost(session(), {
    methods: {
      'Settings.Set': (key: unknown, value: unknown) => void set.push(`${String(key)} ${String(value)}`),
    },
  })
  warnOfTrustingAll(host)
  host.bridge.emit('settings', changed(1, 'go test *'))
  expect(host.toasts).toEqual([])
  host.bridge.emit('settings', changed(2, 'go test *', '*'))
  expect(host.toasts.map((toast) => toast.severity)).toEqual(['warn'])
  host.bridge.emit('settings', changed(3, 'go test *', '*'))
  expect(host.toasts).toHaveLength(1)
  await host.toasts[0]?.actions[0]?.run()
  expect(set).toEqual(['keelAgent.trustedCommands ["go test *"]'])
})
