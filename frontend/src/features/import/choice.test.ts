import { expect, it } from 'vitest'
import type { ExtensionPlan, ExtensionPlanItem, ImportEditor } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { Failure } from '../../bridge'
import { chosenAtFirst, requestOf, toggled } from './choice'
import { lookUp, type Found } from './lookup'
import { actOf, amounts, installQuestion, saidOf, stateOf } from './wording'

const editor: ImportEditor = {
  id: 'code',
  name: 'VS Code',
  folder: '/home/user/.config/Code/User',
  preview: 'p1',
  settings: [
    { key: 'new', value: '1', mine: '', state: 'new' },
    { key: 'differs', value: '1', mine: '2', state: 'differs' },
    { key: 'same', value: '1', mine: '1', state: 'same' },
  ],
  bindings: [
    { key: 'ctrl+1', command: 'a', when: '', state: 'same' },
    { key: 'ctrl+2', command: 'b', when: '', state: 'new' },
    { key: 'ctrl+3', command: 'c', when: '', state: 'differs' },
  ],
  snippets: [
    { name: 'go.json', as: 'go-code.code-snippets', state: 'differs' },
    { name: 'rust.json', as: 'rust.json', state: 'same' },
  ],
  extensions: [],
  leftOut: [],
  problems: [],
}

it('chooses at first only what changes nothing that is here', () => {
  const chosen = chosenAtFirst(editor)
  expect(requestOf(editor, chosen)).toEqual({
    editor: 'code',
    preview: 'p1',
    settings: ['new'],
    bindings: [1],
    snippets: ['go.json'],
  })
  const more = { ...chosen, bindings: toggled(toggled(chosen.bindings, 2, true), 0, true) }
  expect(requestOf(editor, more).bindings).toEqual([0, 1, 2])
  expect([...chosen.bindings]).toEqual([1])
})

function item(id: string, more: Partial<ExtensionPlanItem> = {}): ExtensionPlanItem {
  return {
    id,
    version: '1.0.0',
    displayName: id,
    publisherName: 'Someone',
    why: 'asked',
    kind: 'declarative',
    verified: true,
    newPublisher: false,
    signed: true,
    unchecked: false,
    installed: '',
    size: 0,
    refused: '',
    ...more,
  }
}

const plan = (...items: ExtensionPlanItem[]): ExtensionPlan => ({ id: 'x', items })

it('asks the registry about each extension once, and about none that is here', async () => {
  const asked: string[] = []
  const plans: Record<string, () => ExtensionPlan> = {
    'a.ready': () => plan(item('a.ready')),
    'a.node': () => plan(item('a.node', { refused: 'It needs Node.' })),
    'a.absent': () => {
      throw new Failure('not_found', 'There is none.', '')
    },
    'a.failed': () => {
      throw new Failure('busy', 'It took too long.', 'Try again.')
    },
  }
  const bridge = fakeBridge({
    methods: {
      'Extensions.State': () => ({ seq: 0, gallery: '', network: true, installed: [{ id: 'A.Here' }] }),
      'Extensions.Plan': ({ id }: { id: string }) => {
        asked.push(id)
        return plans[id]?.()
      },
    },
  })
  const found = new Map<string, Found>()
  const ids = ['a.here', ...Object.keys(plans)]
  await lookUp(
    bridge,
    ids.map((id) => ({ id, version: '' })),
    (id, each) => found.set(id, each),
  )
  expect(asked.toSorted()).toEqual(Object.keys(plans).toSorted())
  expect(ids.map((id) => found.get(id)?.kind)).toEqual(['here', 'ready', 'refused', 'absent', 'failed'])
  expect(ids.map((id) => stateOf(found.get(id)))).toEqual([
    'installed already',
    'by Someone, verified, no code',
    'It needs Node.',
    'the registry does not have it',
    'It took too long. Try again.',
  ])
})

it('says what an import is about', () => {
  expect(amounts(1, 2, 0)).toBe('1 setting and 2 key bindings')
  expect(actOf(chosenAtFirst(editor), 3)).toBe(
    'Import 1 setting, 1 key binding and 1 file of snippets and 3 extensions',
  )
  expect(saidOf({ at: 1, editor: 'Kiro', settings: 0, bindings: 0, snippets: [] })).toBe(
    'Nothing came from Kiro.',
  )
})

it('names each new publisher, and what comes along, before anything is installed', () => {
  const question = installQuestion([
    plan(
      item('a.b', { newPublisher: true, publisherName: 'A\u202eB' }),
      item('c.d', { why: 'dependency', kind: 'web' }),
    ),
    plan(
      item('e.f', { newPublisher: true, publisherName: '' }),
      item('g.h', { why: 'pack', refused: 'It needs Node.' }),
    ),
  ])
  expect(question.message).toBe('Trust 2 publishers and install 2 extensions?')
  expect(question.detail).toContain('“e” has')
  expect(question.detail).toContain('Along with them come c.d.')
  expect(question.detail).not.toContain('\u202e')
  expect(question.detail).not.toContain('g.h')
  expect(question.detail).toContain('Code of an extension')
})
