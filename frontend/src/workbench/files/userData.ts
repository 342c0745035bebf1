import type { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import type { ReadableStreamEvents } from '@codingame/monaco-vscode-api/vscode/vs/base/common/stream'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileChangeType,
  FileType,
  type IFileDeleteOptions,
  type IFileOverwriteOptions,
  type IFileReadStreamOptions,
  type IFileWriteOptions,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import type { Area, Bridge } from '../../bridge'
import { Sequence } from '../../lib/sequence'
import { AreaFiles } from './areaFiles'
import { guard } from './errors'
import { below, join, type PathMap } from './paths'

export const userDataScheme = 'vscode-userdata'

/** The two files that have services of their own. */
const settingsFiles = ['settings.json', 'keybindings.json']

/** Below /User, these belong to the user and lie in the configuration folder. */
const configured = [...settingsFiles, 'tasks.json', 'snippets']

export interface UserDataPlace {
  area: Area
  path: string
}

/** placeOf says where a file of the workbench's user data lies on disk. */
export function placeOf(path: string): UserDataPlace {
  const name = below('/User', path)
  const first = name?.split('/')[0]
  if (name !== undefined && first !== undefined && configured.includes(first))
    return { area: 'config', path: name }
  return { area: 'data', path: below('', path) ?? '.' }
}

function resourceOf(path: string): URI {
  return URI.from({ scheme: userDataScheme, path })
}

const configPaths: PathMap = {
  toPath: (resource) => placeOf(resource.path).path,
  toResource: (path) => resourceOf(join('/User', path)),
}

const dataPaths: PathMap = {
  toPath: (resource) => placeOf(resource.path).path,
  toResource: (path) => resourceOf(join('', path)),
}

/** UserData keeps what the workbench keeps for itself: settings, snippets, unsaved text, local history. */
export class UserData extends AreaFiles {
  private readonly config: AreaFiles

  constructor(
    private readonly calls: Bridge,
    caseSensitive: boolean,
  ) {
    super(calls, 'data', dataPaths, caseSensitive)
    this.config = new AreaFiles(calls, 'config', configPaths, caseSensitive)
    this.config.onDidChangeFile((changes) => this.notify(changes))
    this.follow()
  }

  override stat(resource: URI): Promise<IStat> {
    if (resource.path === '/' || resource.path === '/User') {
      return Promise.resolve({ type: FileType.Directory, mtime: 0, ctime: 0, size: 0 })
    }
    return this.inConfig(resource) ? this.config.stat(resource) : super.stat(resource)
  }

  override readdir(resource: URI): Promise<[string, FileType][]> {
    return this.inConfig(resource) ? this.config.readdir(resource) : super.readdir(resource)
  }

  override readFile(resource: URI): Promise<Uint8Array> {
    return this.inConfig(resource) ? this.config.readFile(resource) : super.readFile(resource)
  }

  override readFileStream(
    resource: URI,
    options: IFileReadStreamOptions,
    token: CancellationToken,
  ): ReadableStreamEvents<Uint8Array> {
    return this.inConfig(resource)
      ? this.config.readFileStream(resource, options, token)
      : super.readFileStream(resource, options, token)
  }

  override async writeFile(resource: URI, content: Uint8Array, options: IFileWriteOptions): Promise<void> {
    const place = placeOf(resource.path)
    if (place.area === 'data') return super.writeFile(resource, content, options)
    if (!settingsFiles.includes(place.path)) return this.config.writeFile(resource, content, options)
    return guard(() => this.calls.Settings.Write(place.path, new TextDecoder().decode(content)))
  }

  override mkdir(resource: URI): Promise<void> {
    return this.inConfig(resource) ? this.config.mkdir(resource) : super.mkdir(resource)
  }

  override delete(resource: URI, options: IFileDeleteOptions): Promise<void> {
    return this.inConfig(resource) ? this.config.delete(resource, options) : super.delete(resource, options)
  }

  /** The workbench keeps a history of what is saved, of the settings too: in another of Go's areas. */
  override async copy(from: URI, to: URI, options: IFileOverwriteOptions): Promise<void> {
    if (!this.inConfig(from) && !this.inConfig(to)) return super.copy(from, to, options)
    const content = await this.readFile(from)
    const { area, path } = placeOf(to.path)
    if (area === 'config') {
      return this.writeFile(to, content, { ...options, create: true, unlock: false, atomic: false })
    }
    // Nobody has compared what a copy replaces: the entry of a moment ago may be written again.
    await guard(() => this.calls.bytes.writeFile(area, path, content, { ...options, create: true }))
  }

  override async rename(from: URI, to: URI, options: IFileOverwriteOptions): Promise<void> {
    if (!this.inConfig(from) && !this.inConfig(to)) return super.rename(from, to, options)
    await this.copy(from, to, options)
    await this.delete(from, { recursive: false, useTrash: false, atomic: false })
  }

  private inConfig(resource: URI): boolean {
    return placeOf(resource.path).area === 'config'
  }

  /** Shows what another program, or Keel itself, wrote into the settings files. */
  private follow(): void {
    const changed = (names: readonly string[]) => {
      this.notify(
        names.map((name) => ({ type: FileChangeType.UPDATED, resource: configPaths.toResource(name) })),
      )
    }
    const inOrder = new Sequence<string>((name) => changed(name ? [name] : settingsFiles), {
      onGap: () => changed(settingsFiles),
    })
    this.calls.on('settings', (event) => inOrder.push(event.seq, event.name))
    // Snippets that came from another editor, or went again.
    this.calls.on('files', (event) => {
      if (event.area === 'config') changed(event.changes.map(({ path }) => path))
    })
  }
}
