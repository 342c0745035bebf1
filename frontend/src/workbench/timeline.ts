import { ITimelineService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/timeline/common/timeline.service'
import { getService } from '@codingame/monaco-vscode-api'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { ThemeIcon } from '@codingame/monaco-vscode-api/vscode/vs/base/common/themables'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { MenuId, MenuRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import type {
  Timeline,
  TimelineChangeEvent,
  TimelineItem,
  TimelineOptions,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/timeline/common/timeline'
import type { FileHistory, HistoryItem } from '../features/checkpoint'
import type { PathMap } from './files/paths'
import { notify } from './notify'

const source = 'keel.checkpoints'
const usable = 'keel.checkpoint'

/** Not in the palette: they need an entry of the view. */
const openId = 'keel.timeline.open'
const acts: readonly { id: string; title: string; act: 'compareWithNow' | 'restore'; order: number }[] = [
  { id: 'keel.timeline.compare', title: 'Compare with File Now', act: 'compareWithNow', order: 1 },
  { id: 'keel.timeline.restore', title: 'Restore from This Checkpoint…', act: 'restore', order: 2 },
]

/** provideTimeline shows in the workbench's Timeline view what checkpoints know of a file. */
export async function provideTimeline(history: FileHistory, paths: PathMap): Promise<void> {
  CommandsRegistry.registerCommand(openId, (_, path: string, id: string) => shown(history.open(path, id)))
  for (const { id, title, act, order } of acts) {
    CommandsRegistry.registerCommand(id, (_, item: unknown) => {
      const { handle, uri } = contextOf(item)
      const path = uri && paths.toPath(uri)
      return handle && path ? shown(history[act](path, handle)) : undefined
    })
    MenuRegistry.appendMenuItem(MenuId.TimelineItemContext, {
      command: { id, title },
      group: '1_keel',
      order,
      when: ContextKeyExpr.equals('timelineItem', usable),
    })
  }
  const changed = new Emitter<TimelineChangeEvent>()
  const events = history.onDidChange(() => changed.fire({ id: source, uri: undefined, reset: true }))
  const service = await getService(ITimelineService)
  service.registerTimelineProvider({
    id: source,
    label: 'Checkpoints',
    scheme: 'file',
    onDidChange: changed.event,
    provideTimeline: (uri, options) => timelineOf(history, paths, uri, options),
    dispose() {
      events.dispose()
      changed.dispose()
    },
  })
}

/** The view asks for the next so many after a cursor, or again for all that it shows. */
async function timelineOf(
  history: FileHistory,
  paths: PathMap,
  uri: URI,
  { cursor, limit }: TimelineOptions,
): Promise<Timeline | undefined> {
  const path = paths.toPath(uri)
  if (path === undefined || path === '.') return undefined
  const from = cursor === undefined ? 0 : Number(cursor)
  const to = typeof limit === 'number' ? from + limit : 0
  // One more than is shown tells whether there are more.
  const items = await history.list(path, to === 0 ? 0 : to + 1)
  const oldest = typeof limit === 'object' ? limit.timestamp : 0
  const wanted = to === 0 ? items.filter(({ createdAt }) => createdAt >= oldest) : items.slice(from, to)
  const end = from + wanted.length
  return {
    source,
    items: wanted.map((item) => itemOf(item, path)),
    paging: { cursor: items.length > end ? String(end) : undefined },
  }
}

function itemOf(
  { id, createdAt, label, description, tooltip, icon, usable: can }: HistoryItem,
  path: string,
) {
  return {
    handle: id,
    id,
    source,
    label,
    description,
    tooltip,
    timestamp: createdAt,
    themeIcon: ThemeIcon.fromId(icon),
    contextValue: can ? usable : '',
    command: { id: openId, title: 'Compare', arguments: [path, id] },
  } satisfies TimelineItem
}

/** What the view hands to the commands of an entry's menu. */
function contextOf(item: unknown): { handle?: string; uri?: URI } {
  if (typeof item !== 'object' || item === null || !('handle' in item) || !('uri' in item)) return {}
  const uri = URI.revive(item.uri as Parameters<typeof URI.revive>[0])
  return { handle: String(item.handle), ...(uri ? { uri } : {}) }
}

async function shown(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (cause) {
    notify.failure(cause)
  }
}
