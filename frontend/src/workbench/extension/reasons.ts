import { streamToBuffer } from '@codingame/monaco-vscode-api/vscode/vs/base/common/buffer'
import type { IRequestService } from '@codingame/monaco-vscode-api/vscode/vs/platform/request/common/request.service'
import { WorkbenchExtensionGalleryService } from '@codingame/monaco-vscode-extension-gallery-service-override/vscode/vs/workbench/services/extensionManagement/common/extensionGalleryService'
import { toFailure } from '../../bridge'
import { galleryAddress } from './address'

/** Asks the registry like the workbench's own, and fails with why there was no answer. */
export class ReasonedGallery extends WorkbenchExtensionGalleryService {
  constructor(...services: ConstructorParameters<typeof WorkbenchExtensionGalleryService>) {
    const [storage, request, ...rest] = services
    super(storage, withReasons(request), ...rest)
  }
}

/**
 * withReasons makes a search that Go could not pass on fail with Go's own words:
 * the workbench would say a number, or for some that nothing was found.
 */
export function withReasons(service: IRequestService): IRequestService {
  const request: IRequestService['request'] = async (options, token) => {
    const context = await service.request(options, token)
    const { statusCode = 0 } = context.res
    if (statusCode < 400 || !options.url?.startsWith(`${galleryAddress}/extensionquery`)) return context
    const { message, hint } = toFailure((await streamToBuffer(context.stream)).toString())
    throw new Error(`${message} ${hint}`.trim())
  }
  // The service may only stand for one that is not made yet: what is set on it is set on that.
  return Object.create(service, { request: { value: request } }) as IRequestService
}
