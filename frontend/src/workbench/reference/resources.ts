import { getService, IFileService } from '@codingame/monaco-vscode-api'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { extractSelection } from '@codingame/monaco-vscode-api/vscode/vs/platform/opener/common/opener'
import { toFailure } from '../../bridge'
import type { Dropped, Pointed } from '../../features/reference'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { PathMap } from '../files/paths'
import { modelOf, pointAt, pointAtFile } from './documents'
import { placed } from './lines'
import { readDrag, type DragData, type Dragged } from './drag'
import { readText } from './desktop'

/** How many things are taken at once. */
const mostAtOnce = 50

/** What services take as pictures. */
const isPicture = (path: string): boolean => /\.(png|jpe?g|gif|webp)$/i.test(path)

type Taken = { reference: Pointed } | { picture: string } | { problem: string }

/** pointAtDrag takes what was dropped. `data` is read before this returns. */
export function pointAtDrag(data: DragData, paths: PathMap): Promise<Dropped> {
  const dragged = readDrag(data)
  return pointAtDragged(dragged, paths)
}

async function pointAtDragged(dragged: Dragged, paths: PathMap): Promise<Dropped> {
  // The disk's files are named and held: those of the folder go by their name, others by what they hold.
  const inside = dragged.resources.filter((each) => paths.toPath(each) !== undefined)
  const named = (each: File): boolean => inside.some((other) => splitPath(other.path).name === each.name)
  const files = dragged.files.filter((each) => !named(each))
  const held = (each: URI): boolean => files.some((file) => file.name === splitPath(each.path).name)
  const resources = dragged.resources.filter((each) => inside.includes(each) || !held(each))
  const folders = dragged.folders.filter(
    (name) => !dragged.resources.some((each) => splitPath(each.path.replace(/\/$/, '')).name === name),
  )
  return gather([
    ...resources.map((each) => () => take(each, paths)),
    ...dragged.addresses.map((address) => async () => ({
      reference: { kind: 'url' as const, name: address, address },
    })),
    // The chat takes pictures of the desktop itself.
    ...files
      .filter((each) => !each.type.startsWith('image/') || isSvg(each))
      .map((each) => () => takeFile(each)),
    ...folders.map((name) => async () => ({ problem: outside(name) })),
  ])
}

const isSvg = (file: File): boolean => file.type === 'image/svg+xml'

/** pointAtResources takes documents and folders of the workbench. */
export function pointAtResources(resources: readonly URI[], paths: PathMap): Promise<Dropped> {
  return gather(resources.map((each) => () => take(each, paths)))
}

async function gather(takes: readonly (() => Promise<Taken>)[]): Promise<Dropped> {
  const taken = await Promise.all(
    takes.slice(0, mostAtOnce).map((each) =>
      each().catch((cause: unknown): Taken => {
        const { message, hint } = toFailure(cause)
        return { problem: [message, hint].filter(Boolean).join(' ') }
      }),
    ),
  )
  const problems = taken.flatMap((each) => ('problem' in each ? [each.problem] : []))
  if (takes.length > mostAtOnce)
    problems.unshift(`Only the first ${mostAtOnce} of ${takes.length} were added. Add their folder instead.`)
  const [problem = ''] = problems
  return {
    references: taken.flatMap((each) => ('reference' in each ? [each.reference] : [])),
    pictures: taken.flatMap((each) => ('picture' in each ? [each.picture] : [])),
    problem: problems.length > 1 ? `${problem} (${problems.length - 1} more like this)` : problem,
  }
}

async function take(dragged: URI, paths: PathMap): Promise<Taken> {
  const { selection, uri } = extractSelection(dragged)
  const path = paths.toPath(uri)
  const name = plainVisible(splitPath(uri.path).name)
  if (path === undefined) {
    const model = await modelOf(uri)
    if (model) return { reference: await pointAt(model, undefined, paths) }
    return { problem: uri.scheme === 'file' ? outside(name) : `${name} is no text, so it was not added.` }
  }
  const model = await modelOf(uri)
  const kind = await kindOf(uri)
  if (kind === 'folder') return { reference: { kind: 'folder', name: path === '.' ? name : path, path } }
  if (kind === 'missing' && !model) return { problem: `${name} is no longer there, so it was not added.` }
  if (isPicture(path)) return { picture: path }
  const from = selection?.startLineNumber
  if (from === undefined) return { reference: await pointAtFile(uri, path, paths) }
  const lines = { from, to: Math.max(from, selection?.endLineNumber ?? from) }
  if (model && lines.to <= model.getLineCount()) return { reference: await pointAt(model, lines, paths) }
  return { reference: { kind: 'code', name: placed(name, lines), path, ...lines } }
}

async function kindOf(resource: URI): Promise<'file' | 'folder' | 'missing'> {
  const files = await getService(IFileService)
  try {
    return (await files.stat(resource)).isDirectory ? 'folder' : 'file'
  } catch {
    return 'missing'
  }
}

async function takeFile(file: File): Promise<Taken> {
  const read = await readText(file)
  return typeof read === 'string' ? { problem: read } : { reference: read }
}

function outside(name: string): string {
  return `${name} is outside the opened folder, so it was not added. Copy it into the folder, or open its folder.`
}
