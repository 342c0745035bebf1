import type { AccessItem, AccessState } from '../../bridge'
import { fakeWindow, type FakeWindow } from '../../testing/window'

export function item(name: string, fields: Partial<AccessItem> = {}): AccessItem {
  return { name, detail: '', level: 'none', change: { kind: '', target: '', on: false }, ...fields }
}

export function variable(name: string, on: boolean): AccessItem {
  return item(name, { level: on ? 'open' : 'none', change: { kind: 'variable', target: name, on } })
}

/** FakeAccess is a window whose switches work. */
export interface FakeAccess extends FakeWindow {
  readonly variables: Record<string, boolean>
  network: boolean
}

export function fakeAccess(methods: Record<string, (...args: never[]) => unknown> = {}): FakeAccess {
  const variables: Record<string, boolean> = { EDITOR: false, GITHUB_TOKEN: false, LANG: true }
  const window = fakeWindow({
    methods: {
      'Access.State': () => state(),
      'Access.SetVariable': (name: string, on: boolean) => void (variables[name] = on),
      'Access.SetNetwork': (on: boolean) => void (access.network = on),
      ...methods,
    },
  })
  const access: FakeAccess = Object.assign(window, { variables, network: false })
  const state = (): AccessState => ({
    sections: [
      {
        id: 'files',
        title: 'Files',
        summary: 'The agent works in this folder.',
        items: [
          item('Files in this folder', {
            level: 'open',
            change: { kind: 'setting', target: 'keelAgent.mode', on: false },
          }),
          item('Files outside', { level: 'asks', detail: 'read only' }),
        ],
      },
      {
        id: 'environment',
        title: 'Environment variables',
        summary: 'By their names only.',
        items: Object.entries(variables).map(([name, on]) => variable(name, on)),
      },
      {
        id: 'accounts',
        title: 'Accounts',
        summary: '',
        items: [item('Amazon Bedrock', { level: 'none', detail: 'A key is kept for it.' })],
      },
      {
        id: 'network',
        title: 'Network',
        summary: '',
        items: [
          item('Commands', {
            level: access.network ? 'open' : 'none',
            change: { kind: 'network', target: '', on: access.network },
          }),
        ],
      },
    ],
    practices: [
      { title: 'A folder for each task', text: 'Open only what is needed.', done: true },
      { title: 'A clean environment', text: 'No secrets.', done: false },
    ],
  })
  return access
}
