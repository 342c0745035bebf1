import { getService, IOpenerService } from '@codingame/monaco-vscode-api'
import type { Bridge } from '../bridge'
import { outsideAddress } from '../lib/address'
import { plainVisible } from '../lib/visible'
import { confirm } from './confirm'
import { notify } from './notify'

/**
 * openLinksOutside hands web and mail addresses to the system, after it has shown
 * them whole. The workbench's own question would leave out the middle of a long
 * one, and can be told not to ask again; product.ts switches it off.
 */
export async function openLinksOutside(bridge: Bridge): Promise<void> {
  const opener = await getService(IOpenerService)
  const openExternal = async (link: string): Promise<boolean> => {
    await openLink(bridge, link).catch((cause: unknown) => notify.failure(cause))
    return true // nothing may lead this page elsewhere
  }
  opener.registerExternalOpener({ openExternal })
  opener.setDefaultExternalOpener({ openExternal })
}

async function openLink(bridge: Bridge, link: string): Promise<void> {
  const address = outsideAddress(link)
  if (!address) {
    notify.warn(`Keel does not open this link: ${plainVisible(link)}`)
    return
  }
  const agreed = await confirm({
    message: 'Open this address outside Keel?',
    detail: address,
    primary: 'Open',
  })
  if (agreed) await bridge.Window.OpenExternal(address)
}
