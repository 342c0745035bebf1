import { bufferToStream, VSBuffer } from '@codingame/monaco-vscode-api/vscode/vs/base/common/buffer'
import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import type { IRequestContext } from '@codingame/monaco-vscode-api/vscode/vs/base/parts/request/common/request'
import type { IRequestService } from '@codingame/monaco-vscode-api/vscode/vs/platform/request/common/request.service'
import { expect, it, vi } from 'vitest'
import { galleryAddress } from './address'
import { withReasons } from './reasons'

vi.mock(
  '@codingame/monaco-vscode-extension-gallery-service-override/vscode/vs/workbench/services/extensionManagement/common/extensionGalleryService',
  () => ({ WorkbenchExtensionGalleryService: vi.fn() }),
)

const search = `${galleryAddress}/extensionquery?origin=here`

function ask(url: string, statusCode: number, body: string): Promise<IRequestContext> {
  const context: IRequestContext = {
    res: { headers: {}, statusCode },
    stream: bufferToStream(VSBuffer.fromString(body)),
  }
  const service = { request: () => Promise.resolve(context) } as unknown as IRequestService
  // As the workbench hands out what it has not made yet.
  const standIn = new Proxy({} as IRequestService, {
    get: (_, key) => Reflect.get(service, key) as unknown,
    set: (_, key, value) => Reflect.set(service, key, value),
  })
  return withReasons(standIn).request({ url, callSite: 'test' }, CancellationToken.None)
}

it.each([502, 404])('a search that fails with %i says what Go says', async (status) => {
  const failure = { code: 'provider', message: 'The registry answers 500.', hint: 'Try again later.' }
  await expect(ask(search, status, JSON.stringify(failure))).rejects.toThrow(
    'The registry answers 500. Try again later.',
  )
})

it('what is answered, and what else is asked for, stays as it is', async () => {
  expect((await ask(search, 200, '{}')).res.statusCode).toBe(200)
  expect((await ask(`${galleryAddress}/vscode/a/b/latest`, 404, '{}')).res.statusCode).toBe(404)
})
