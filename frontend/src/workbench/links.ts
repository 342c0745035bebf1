import { getService, IOpenerService } from '@codingame/monaco-vscode-api'
import { Schemas } from '@codingame/monaco-vscode-api/vscode/vs/base/common/network'
import type { Bridge } from '../bridge'
import { notify } from './notify'

/** openLinksOutside hands web and mail addresses to the system, after the workbench has shown them whole. */
export async function openLinksOutside(bridge: Bridge): Promise<void> {
  const opener = await getService(IOpenerService)
  const openExternal = async (address: string): Promise<boolean> => {
    const scheme = address.split(':', 1)[0]?.toLowerCase()
    if (scheme === Schemas.http || scheme === Schemas.https || scheme === Schemas.mailto) {
      await bridge.Window.OpenExternal(address).catch((cause: unknown) => notify.failure(cause))
    }
    return true // nothing may lead this page elsewhere
  }
  opener.registerExternalOpener({ openExternal })
  opener.setDefaultExternalOpener({ openExternal })
}
