import { outsideAddress } from '../../lib/address'
import { plainVisible } from '../../lib/visible'
import type { WindowHost } from '../../ui/host'

/** openOutside opens a web address in the browser, after it was shown whole. */
export async function openOutside(host: WindowHost, link: string): Promise<void> {
  const address = outsideAddress(link)
  if (!address) {
    host.notify.warn(`Keel does not open this link: ${plainVisible(link)}`)
    return
  }
  const agreed = await host.confirm({
    message: 'Open this address outside Keel?',
    detail: address,
    primary: 'Open',
  })
  if (agreed) await host.bridge.Window.OpenExternal(address)
}
