import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { expect, it } from 'vitest'
import { narrowCustomEditors, type CustomEditors } from './customEditors'

it('editors of extensions are for documents that extensions see', () => {
  const registered: { glob: unknown; options: { canSupportResource?(resource: URI): boolean } }[] = []
  const resolver: CustomEditors['editorResolverService'] = {
    registerEditor: (glob, _, options) => registered.push({ glob, options }),
  }
  class Service implements CustomEditors {
    editorResolverService = resolver
    registerContributionPoints(): void {
      this.editorResolverService.registerEditor('*', {}, { singlePerResource: true }, {})
    }
  }
  narrowCustomEditors(Service.prototype, ({ scheme }) => scheme === 'file')
  const service = new Service()
  service.registerContributionPoints()
  const [{ glob, options } = { glob: '', options: {} }] = registered
  expect([glob, options]).toMatchObject(['*', { singlePerResource: true }])
  expect(options.canSupportResource?.(URI.file('/a.png'))).toBe(true)
  expect(options.canSupportResource?.(URI.parse('keel-proposal:/1/a.go'))).toBe(false)
  expect(service.editorResolverService).toBe(resolver)
  expect(() => narrowCustomEditors({}, () => true)).toThrow('has no')
})
