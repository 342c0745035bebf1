import {
  Failure,
  type Bytes,
  type Glance,
  type ReadOptions,
  type WriteOptions,
  type ProposalSide,
} from './bridge'
import type { Area, FileEntry } from './wire.gen'

interface Node {
  /** undefined for a folder */
  content?: Uint8Array
  version: number
  modifiedAt: number
}

/** FakeFiles is a tree of files in memory for each area, with Go's errors. */
export class FakeFiles implements Bytes {
  private readonly nodes = new Map<string, Node>()
  private writes = 0

  constructor(files: Record<string, string>) {
    for (const area of ['workspace', 'config', 'data']) this.nodes.set(`${area}:.`, this.folder())
    for (const [path, text] of Object.entries(files))
      this.put('workspace', path, new TextEncoder().encode(text))
  }

  text(area: Area, path: string): string {
    return new TextDecoder().decode(this.file(area, path).content)
  }

  /** Changes a file as another program would. */
  put(area: Area, path: string, content: Uint8Array, modifiedAt = ++this.writes): void {
    this.makeFolder(area, parentOf(path))
    this.nodes.set(`${area}:${path}`, { content: content.slice(), version: ++this.writes, modifiedAt })
  }

  methods(): Record<string, (...args: never[]) => unknown> {
    return {
      'Files.Stat': (area: Area, path: string) => this.entry(area, path),
      'Files.List': (area: Area, path: string) => this.list(area, path),
      'Files.MakeFolder': (area: Area, path: string) => this.makeFolder(area, path),
      'Files.Delete': (area: Area, path: string) => this.remove(area, path),
      'Files.Move': (area: Area, from: string, to: string) => {
        this.transfer(area, from, to)
        this.remove(area, from)
      },
      'Files.Copy': (area: Area, from: string, to: string) => this.transfer(area, from, to),
    }
  }

  readFile(area: Area, path: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return settle(() => {
      const content = this.file(area, path).content ?? new Uint8Array()
      const from = options.position ?? 0
      return content.slice(from, options.length === undefined ? undefined : from + options.length)
    })
  }

  async *streamFile(area: Area, path: string, options?: ReadOptions): AsyncIterable<Uint8Array> {
    yield await this.readFile(area, path, options)
  }

  writeFile(area: Area, path: string, content: Uint8Array, options: WriteOptions): Promise<string> {
    return settle(() => {
      const before = this.nodes.get(`${area}:${path}`)
      if (!before && !options.create) throw missing(path)
      if (before && !options.overwrite) throw new Failure('exists', `${path} is there already.`, '')
      if (options.ifVersion !== undefined && String(before?.version) !== options.ifVersion) {
        throw new Failure('changed', `${path} has changed on disk.`, '')
      }
      this.put(area, path, content)
      return String(this.file(area, path).version)
    })
  }

  readCheckpoint(id: string, path: string): Promise<Uint8Array> {
    return this.readFile('data', `checkpoints/${id}/${path}`)
  }

  async glance(checkpoint: string | null, path: string): Promise<Glance> {
    const content = await (checkpoint === null
      ? this.readFile('workspace', path)
      : this.readCheckpoint(checkpoint, path))
    return { size: content.length, mode: 0o644, head: content.slice(0, 8192) }
  }

  readProposal(_session: string, id: string, side: ProposalSide): Promise<Uint8Array> {
    return this.readFile('data', `proposals/${id}/${side}`)
  }

  writeProposal(_session: string, id: string, _hash: string, content: Uint8Array): Promise<string> {
    const options = { create: true, overwrite: true }
    return this.writeFile('data', `proposals/${id}/after`, content, options)
  }

  async writeExtensionFile(name: string, content: Uint8Array): Promise<string> {
    await this.writeFile('data', `vsix/${name}`, content, { create: true, overwrite: true })
    return name
  }

  private file(area: Area, path: string): Node {
    const node = this.nodes.get(`${area}:${path}`)
    if (!node) throw missing(path)
    return node
  }

  private entry(area: Area, path: string): FileEntry {
    const { content, version, modifiedAt } = this.file(area, path)
    return {
      path,
      name: path.split('/').pop() ?? path,
      kind: content ? 'file' : 'folder',
      target: '',
      size: content?.length ?? 0,
      modifiedAt,
      createdAt: 0,
      readOnly: false,
      version: String(version),
    }
  }

  private list(area: Area, path: string): FileEntry[] {
    this.file(area, path)
    return this.below(area, path)
      .filter((name) => parentOf(name) === path)
      .map((name) => this.entry(area, name))
  }

  private makeFolder(area: Area, path: string): void {
    if (this.nodes.has(`${area}:${path}`)) return
    this.makeFolder(area, parentOf(path))
    this.nodes.set(`${area}:${path}`, this.folder())
  }

  private remove(area: Area, path: string): void {
    this.file(area, path)
    for (const name of this.below(area, path)) this.nodes.delete(`${area}:${name}`)
    this.nodes.delete(`${area}:${path}`)
  }

  private transfer(area: Area, from: string, to: string): void {
    this.makeFolder(area, parentOf(to))
    this.nodes.set(`${area}:${to}`, { ...this.file(area, from) })
    for (const name of this.below(area, from)) {
      this.nodes.set(`${area}:${to}${name.slice(from.length)}`, { ...this.file(area, name) })
    }
  }

  private below(area: Area, path: string): string[] {
    const prefix = path === '.' ? `${area}:` : `${area}:${path}/`
    return [...this.nodes.keys()]
      .filter((key) => key.startsWith(prefix) && key !== `${area}:.`)
      .map((key) => key.slice(area.length + 1))
  }

  private folder(): Node {
    return { version: ++this.writes, modifiedAt: this.writes }
  }
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at < 0 ? '.' : path.slice(0, at)
}

function missing(path: string): Failure {
  return new Failure('not_found', `There is no ${path}.`, '')
}

async function settle<T>(work: () => T): Promise<T> {
  await Promise.resolve()
  return work()
}
