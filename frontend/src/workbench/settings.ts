import { getService, IEditorService } from '@codingame/monaco-vscode-api'
import { registerExtension, type IExtensionManifest } from '@codingame/monaco-vscode-api/extensions'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { Bridge, Property, SettingsProblem } from '../bridge'
import { userDataScheme } from './files/userData'
import { notify } from './notify'
import { fileName, isOwn, sentence } from './problems'
import { toSchema } from './schema'

/**
 * contributeSettings adds Keel's settings to the settings editor, under a title
 * from which the editor derives names such as "Keel Agent: Trusted Commands".
 */
export function contributeSettings(properties: readonly Property[]): void {
  const manifest: IExtensionManifest = {
    name: 'agent',
    publisher: 'keel',
    version: '1.0.0',
    displayName: 'Keel Agent',
    engines: { vscode: '*' },
    contributes: {
      configuration: {
        title: 'Keel Agent',
        properties: Object.fromEntries(properties.map((property) => [property.key, toSchema(property)])),
      } as never,
    },
  }
  registerExtension(manifest, undefined, { system: true })
}

/** openSettingsFile opens settings.json or keybindings.json at a 1-based place. */
async function openSettingsFile(name: string, line: number, column: number): Promise<void> {
  const editors = await getService(IEditorService)
  const resource = URI.from({ scheme: userDataScheme, path: `/User/${name}` })
  const selection = { startLineNumber: Math.max(line, 1), startColumn: Math.max(column, 1) }
  await editors.openEditor({ resource, options: { selection, pinned: true } })
}

/** openUserSettings opens the user's settings.json, at the first thing in it that has no effect. */
export async function openUserSettings(bridge: Bridge): Promise<void> {
  const { problems } = await bridge.Settings.State()
  const first = problems.find((problem) => isOwn(problem) && fileName(problem.file) === 'settings.json')
  await openSettingsFile('settings.json', first?.line ?? 1, first?.column ?? 1)
}

/**
 * reportProblems shows what has no effect in the settings files, once for each
 * state of them: not again with every key typed.
 */
export function reportProblems(
  bridge: Bridge,
  openWorkspaceFile: (path: string, line: number) => Promise<void>,
): void {
  let shown = ''
  const show = (problems: readonly SettingsProblem[]) => {
    const [first] = problems
    const text = problems.map((problem) => problem.message).join('\n')
    if (!first || text === shown) {
      if (!first) shown = ''
      return
    }
    shown = text
    const more = problems.length > 1 ? ` There are ${problems.length - 1} more problems.` : ''
    const name = fileName(first.file)
    notify.warn(`${sentence(first)}${more}`, [
      {
        label: `Open ${name}`,
        run: () =>
          isOwn(first)
            ? openSettingsFile(name, first.line, first.column)
            : openWorkspaceFile(`.vscode/${name}`, first.line),
      },
    ])
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const showSoon = (problems: readonly SettingsProblem[]) => {
    clearTimeout(timer)
    timer = setTimeout(() => show(problems), 1000) // a person may be in the middle of typing
  }
  bridge.on('settings', (event) => showSoon(event.problems))
  bridge.Settings.State().then(
    (state) => showSoon(state.problems),
    (cause: unknown) => notify.failure(cause),
  )
}
