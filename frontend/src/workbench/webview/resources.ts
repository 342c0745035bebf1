import { streamToBuffer } from '@codingame/monaco-vscode-api/vscode/vs/base/common/buffer'
import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IInstantiationService } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { decodeAuthority } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/common/webview'
import {
  loadLocalResource,
  WebviewResourceResponse,
} from '@codingame/monaco-vscode-view-common-service-override/vscode/vs/workbench/contrib/webview/browser/resourceLoading'
import type { Bridge, Disposable, WebviewRequest } from '../../bridge'

interface Rooted {
  readonly localResourcesRoot: readonly URI[]
}

/**
 * answerResources reads for Go what a webview loads and what is no file of the
 * opened folder: what came with Keel or an extension, or what an extension makes
 * up. Only what lies below the webview's own roots is read.
 */
export function answerResources(
  bridge: Pick<Bridge, 'webviews' | 'on'>,
  instantiation: IInstantiationService,
  find: (name: string) => Rooted | undefined,
): Disposable {
  const read = async (request: WebviewRequest): Promise<Uint8Array | null> => {
    const webview = find(request.webview)
    if (!webview || request.scheme === 'file') return null
    const resource = URI.from({
      scheme: request.scheme,
      authority: decodeAuthority(request.authority),
      path: request.path,
      query: request.query,
    })
    const options = { ifNoneMatch: undefined, roots: webview.localResourcesRoot }
    const loaded = await instantiation.invokeFunction(
      loadLocalResource,
      resource,
      options,
      CancellationToken.None,
    )
    if (loaded.type !== WebviewResourceResponse.Type.Success) return null
    return (await streamToBuffer(loaded.stream)).buffer
  }
  return bridge.on('webview', (request) => {
    void read(request)
      .catch(() => null)
      .then((content) => bridge.webviews.answer(request.webview, request.id, content))
      .catch(() => undefined) // it waits no longer
  })
}
