import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { describe, expect, it, vi } from 'vitest'
import { Consent } from './ask'
import { guarded } from './guard'
import { Places } from './places'
import { rules, type Ground } from './rules'
import { Seen } from './seen'

const settings = URI.parse('vscode-userdata:/User/settings.json')
const inFolder = URI.file('/home/me/project/a.go')

/** What extensions know of: one editor, of a file in the folder. */
const seen = new Seen(() => true)
void seen.outgoing['ExtHostDocumentsAndEditors']?.(
  [{ addedEditors: [{ id: 'editor,1', documentUri: inFolder.toJSON() }] }],
  () => undefined,
)

function world(changes: Partial<Ground> = {}) {
  const places = new Places('/home/me/project', {
    scheme: 'wails',
    authority: 'wails',
    path: '/keel/extension/',
  })
  const table = rules({
    places,
    consent: new Consent(() => Promise.resolve(false)),
    seen,
    activeDocument: () => undefined,
    isExtension: () => true,
    isOwnCommand: () => false,
    isExtensionsCommand: (id) => id.startsWith('harbour.'),
    startedFor: () => undefined,
    isHandled: (scheme) => scheme === 'later-version',
    isOwnProvider: () => false,
    isInFront: () => true,
    ...changes,
  })
  return (actor: string, call: string, ...args: unknown[]) => {
    const ran = vi.fn<(...given: unknown[]) => string>(() => 'ran')
    const method: unknown = Reflect.get(guarded(actor, { [call]: ran }, table[actor] ?? 'closed'), call)
    const answer = Promise.resolve().then(
      () => Reflect.apply(method as () => unknown, undefined, args) as unknown,
    )
    return { answer, ran }
  }
}

describe('commands', () => {
  it('write into no editor of the person’s, also when it comes to the front while they wait', async () => {
    let active = inFolder
    let start = (): void => undefined
    const started = new Promise<void>((done) => (start = done))
    const call = world({ activeDocument: () => active, startedFor: () => started })
    const run = (id: string) => call('MainThreadCommands', '$executeCommand', id, [{ snippet: 'x' }], false)
    const snippet = run('insertSnippet')
    const typing = run('type')
    const own = run('harbour.tide')
    active = settings
    start()
    await expect(snippet.answer).rejects.toThrow('in this editor')
    await expect(typing.answer).rejects.toThrow('in this editor')
    await expect(own.answer).resolves.toBe('ran')
    active = inFolder
    await expect(run('insertSnippet').answer).resolves.toBe('ran')
  })

  it('ask nobody about a document that extensions do not see', async () => {
    const call = world()
    const ask = (uri: URI) =>
      call('MainThreadCommands', '$executeCommand', '_executeCompletionItemProvider', [uri.toJSON()], false)
    const hidden = ask(settings)
    await expect(hidden.answer).rejects.toThrow('reading')
    expect(hidden.ran).not.toHaveBeenCalled()
    await expect(ask(inFolder).answer).resolves.toBe('ran')
  })
})

describe('providers of languages', () => {
  const register = async (selector: unknown): Promise<unknown> => {
    const { answer, ran } = world()('MainThreadLanguageFeatures', '$registerHoverProvider', 1, selector)
    await answer
    return ran.mock.calls[0]?.[1]
  }

  it('are for documents that extensions see', async () => {
    expect(await register([{ language: 'json', scheme: 'file' }])).toEqual([
      { language: 'json', scheme: 'file' },
    ])
    expect(JSON.stringify(await register([{ language: 'json' }]))).not.toContain('vscode-userdata')
  })

  it('say for which in the form of the protocol: others are for every document', async () => {
    for (const selector of [
      '*',
      ['*'],
      ['json'],
      { language: 'json' },
      [{ language: 'json', scheme: '' }],
      [{ language: 'json', scheme: null }],
      [['*']],
      undefined,
    ])
      await expect(register(selector), JSON.stringify(selector)).rejects.toThrow('without saying which')
  })

  it('say nothing else of documents', async () => {
    const { answer } = world()('MainThreadLanguageFeatures', '$registerNavigateTypeSupport', 1, true)
    await expect(answer).resolves.toBe('ran')
  })
})

it('editors that extensions do not know look as they are', async () => {
  const call = world()
  for (const name of [
    '$trySetDecorations',
    '$trySetDecorationsFast',
    '$trySetOptions',
    '$tryHideEditor',
    '$anythingNew',
  ]) {
    const hidden = call('MainThreadTextEditors', name, 'editor,2', 'key', [])
    await expect(hidden.answer, name).rejects.toThrow('how this editor looks')
    expect(hidden.ran).not.toHaveBeenCalled()
    await expect(call('MainThreadTextEditors', name, 'editor,1', 'key', []).answer).resolves.toBe('ran')
  }
  await expect(
    call('MainThreadTextEditors', '$registerTextEditorDecorationType', {}, 'key', {}).answer,
  ).resolves.toBe('ran')
})

it('schemes of the workbench, which may stand for any file, are not to be had', async () => {
  const call = world()
  const register = (scheme: unknown) =>
    call('MainThreadDocumentContentProviders', '$registerTextContentProvider', 1, scheme).answer
  for (const scheme of [
    'conflictResolution',
    'showModifications',
    'trustedDomains',
    'TERMINAL_OUTPUT',
    'later-version',
    'extension',
  ])
    await expect(register(scheme), scheme).rejects.toThrow('answering for')
  await expect(register('harbour')).resolves.toBe('ran')
  await expect(register('harbour')).resolves.toBe('ran')
})
