import { DisposableStore } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import {
  Action2,
  MenuId,
  MenuRegistry,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { KeybindingWeight } from '@codingame/monaco-vscode-api/vscode/vs/platform/keybinding/common/keybindingsRegistry'
import type { Disposable } from '../../bridge'
import type { AskAbout, AskCommand, AskPlace } from '../../features/chat'
import type { PathMap } from '../files/paths'
import { parseKey } from '../keys'
import { notify } from '../notify'
import { aboutWhat } from './about'
import { offerQuickFix } from './quickFix'

/** The submenu of editors' context menus. */
const editorMenu = new MenuId('keel.editorMenu')

/** Without a folder there is no conversation. */
const inFolder = 'workspaceFolderCount != 0'
const document = 'resourceScheme == file || resourceScheme == untitled'

interface Place {
  readonly id: MenuId
  readonly group: string
  readonly when: string
}

const places: Readonly<Record<Exclude<AskPlace, 'quickFix'>, readonly Place[]>> = {
  explorer: [{ id: MenuId.ExplorerContext, group: '4_keel', when: 'resourceScheme == file' }],
  tab: [{ id: MenuId.EditorTitleContext, group: '4_keel', when: document }],
  editor: [{ id: editorMenu, group: '1_ask', when: '' }],
  terminal: [
    { id: MenuId.TerminalInstanceContext, group: '2_keel', when: '' },
    { id: MenuId.TerminalEditorInstanceContext, group: '2_keel', when: '' },
  ],
  problems: [{ id: MenuId.ProblemsPanelContext, group: '9_keel', when: 'problemFocus' }],
}

/** When there is what a command is about: in the palette, and for its key. */
const there: Readonly<Record<AskAbout, string>> = {
  files: 'editorIsOpen',
  selection: 'editorHasSelection',
  code: 'editorLangId =~ /./',
  terminal: 'terminalCount != 0',
  problem: 'editorLangId =~ /./',
}

/** In the submenu of an editor a selection is meant where there is one. */
const inEditor: Readonly<Partial<Record<AskAbout, string>>> = {
  files: '!editorHasSelection',
  selection: 'editorHasSelection',
}

MenuRegistry.appendMenuItem(MenuId.EditorContext, {
  submenu: editorMenu,
  title: 'Keel',
  group: '1_keel',
  when: ContextKeyExpr.deserialize(`${inFolder} && (${document})`) ?? ContextKeyExpr.true(),
})

/** As they were registered, so they stand. */
const orders = new Map<string, number>()

/** registerAsk adds a command that is about what a person has before them: to menus, the palette, and a key. */
export function registerAsk(command: AskCommand, paths: PathMap): Disposable {
  const store = new DisposableStore()
  orders.set(command.id, orders.size)
  store.add(registerAction2(actionFor(command, paths)))
  store.add(
    MenuRegistry.appendMenuItem(MenuId.CommandPalette, {
      command: { id: command.id, title: both(command.title), category: both('Keel') },
      ...whenAll(inFolder, there[command.about]),
    }),
  )
  command.places.forEach((menu) => {
    if (menu === 'quickFix') store.add(offerQuickFix(command))
    else
      for (const { id, group, when } of places[menu])
        store.add(
          MenuRegistry.appendMenuItem(id, {
            command: { id: command.id, title: both(menu === 'editor' ? command.title : command.label) },
            group,
            order: orders.get(command.id) ?? 0,
            ...whenAll(inFolder, when, menu === 'editor' ? inEditor[command.about] : ''),
          }),
        )
  })
  return store
}

function actionFor(command: AskCommand, paths: PathMap): new () => Action2 {
  return class extends Action2 {
    constructor() {
      super({
        id: command.id,
        title: both(command.title),
        f1: false,
        ...(command.key
          ? {
              keybinding: {
                primary: parseKey(command.key),
                // The same key may do the same without a selection.
                weight: KeybindingWeight.ExternalExtension + 1,
                ...whenAll(inFolder, 'editorTextFocus', there[command.about]),
              },
            }
          : {}),
      })
    }

    override async run(accessor: ServicesAccessor, clicked?: unknown): Promise<void> {
      try {
        await command.run(await aboutWhat(accessor, command.about, clicked, paths))
      } catch (cause) {
        notify.failure(cause)
      }
    }
  }
}

function whenAll(...clauses: (string | undefined)[]) {
  const all = clauses.filter((each) => each).map((each) => ContextKeyExpr.deserialize(each))
  const when = ContextKeyExpr.and(...all)
  return when ? { when } : {}
}

function both(text: string): { value: string; original: string } {
  return { value: text, original: text }
}
