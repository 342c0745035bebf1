import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { ImportHost } from './host'
import ImportPage from './ImportPage.svelte'
import { ImportStore } from './store.svelte'

export type { ImportHost } from './host'

const pageId = 'keel.import'

/** The command that opens the page; menus name it. */
export const importCommand = 'keel.importFromEditor'

/**
 * startImport adds the page on which a person takes settings, key bindings,
 * snippets and extensions over from another editor, and the command that opens it.
 * The other editors are looked at only while the page is open.
 */
export function startImport(host: ImportHost): Disposable {
  const page = host.registerPage({
    id: pageId,
    title: 'Import',
    icon: 'desktop-download',
    render(target) {
      const store = new ImportStore(host)
      const component = mount(ImportPage, { target, props: { host, store } })
      return { dispose: () => void unmount(component) }
    },
  })
  const command = host.registerCommand({
    id: importCommand,
    title: 'Keel: Import from Another Editor…',
    run: () => host.openPage(pageId),
  })
  return {
    dispose() {
      command.dispose()
      page.dispose()
    },
  }
}
