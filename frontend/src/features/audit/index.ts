import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import AuditPage from './AuditPage.svelte'
import { AuditStore } from './store.svelte'

/** The id of the page, and of the command that shows it. */
export const auditPage = 'keel.auditLog'
export const showAuditLog = 'keel.showAuditLog'

/** startAudit adds the page with the audit log, and its command, also to the menu of a view. */
export function startAudit(host: WindowHost, menu: string): Disposable {
  const page = host.registerPage({
    id: auditPage,
    title: 'Audit Log',
    icon: 'law',
    render(container) {
      // The list scrolls, not the page: its filters stay where they are.
      container.style.height = '100%'
      const component = mount(AuditPage, {
        target: container,
        props: { host, store: new AuditStore(host.bridge) },
      })
      return { dispose: () => void unmount(component) }
    },
  })
  const command = host.registerCommand({
    id: showAuditLog,
    title: 'Keel: Show Audit Log',
    menu,
    run: () => host.openPage(auditPage),
  })
  return {
    dispose() {
      command.dispose()
      page.dispose()
    },
  }
}
