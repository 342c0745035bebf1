import { runWhenGlobalIdle } from '@codingame/monaco-vscode-api/vscode/vs/base/common/async'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  MultiDiffEditorItem,
  type IResolvedMultiDiffSource,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/multiDiffEditor/browser/multiDiffSourceResolverService'
import type { Bridge } from '../../bridge'
import type { DiffTarget } from '../../features/checkpoint'
import { standingFor } from '../files/checkpoints'
import type { PathMap } from '../files/paths'
import { sidesOf } from '../sides'
import { compareResource } from './compareResource'
import { hasKind, lookAtBoth, type Side } from './sides'
import { exactSize } from './sizes'

/** How many files are read before the first is shown, and how many at a time after that. */
const firstPiece = 5
const piece = 32

export const unshownScheme = 'keel-unshown'

/**
 * ChangesSource is the files of one diff, in pieces: what is in view first, the
 * others while nothing else is to be done. All of them at once would keep the
 * first from being shown.
 */
export class ChangesSource implements IResolvedMultiDiffSource {
  private readonly changed = new Emitter<void>()
  private items: readonly MultiDiffEditorItem[] = []
  private begun: Promise<void> | undefined
  private whole: Promise<void> | undefined
  private ended = false

  constructor(
    private readonly targets: readonly DiffTarget[],
    private readonly bridge: Bridge,
    private readonly paths: PathMap,
  ) {}

  readonly resources = this.observed()

  /** Resolves when the first files can be shown. */
  first(): Promise<void> {
    this.begun ??= this.take(firstPiece)
    return this.begun
  }

  /** Takes in the other files. shown resolves when those before are drawn. */
  rest(shown: () => Promise<void>): Promise<void> {
    this.whole ??= this.takeRest(shown)
    return this.whole
  }

  private async takeRest(shown: () => Promise<void>): Promise<void> {
    await this.first()
    while (!this.ended && this.items.length < this.targets.length) {
      await shown()
      await new Promise<void>((resolve) => runWhenGlobalIdle(() => resolve()))
      await this.take(piece)
    }
  }

  end(): void {
    this.ended = true
    this.changed.dispose()
  }

  private observed() {
    const current = () => this.items
    const onDidChange = this.changed.event
    return {
      get value() {
        return current()
      },
      onDidChange,
    }
  }

  private async take(many: number): Promise<void> {
    const next = this.targets.slice(this.items.length, this.items.length + many)
    const items = await Promise.all(next.map((target) => this.item(target)))
    if (this.ended) return
    this.items = [...this.items, ...items]
    this.changed.fire()
  }

  private async item(target: DiffTarget): Promise<MultiDiffEditorItem> {
    const looked = await lookAtBoth(this.bridge, target)
    const drawing = target.path.toLowerCase().endsWith('.svg')
    const pictures = hasKind(looked, 'image') && !drawing
    if (pictures || hasKind(looked, 'binary', 'large', 'unreadable')) {
      const said = (side: Side, which: string) =>
        side.kind === 'absent' ? undefined : unshown(target.path, describe(side), which)
      return new MultiDiffEditorItem(
        said(looked.original, 'before'),
        said(looked.modified, 'after') ??
          (looked.original.kind === 'absent' ? unshown(target.path, 'Not there.', 'after') : undefined),
        compareResource(target),
      )
    }
    const { original, modified } = sidesOf(target, this.paths)
    const there = looked.modified.kind === 'absent' ? undefined : modified
    const left = looked.original.kind === 'absent' ? undefined : original
    if (!left && !there)
      return new MultiDiffEditorItem(undefined, unshown(target.path, 'Not there.', 'after'), undefined)
    const file = target.kind === 'deleted' ? undefined : this.paths.toResource(target.path)
    const same = left && there && !target.from ? standingFor(left, there) : left
    return new MultiDiffEditorItem(same, there, file)
  }
}

/** What is said in the place of a side whose lines cannot be shown. */
function describe(side: Side): string {
  switch (side.kind) {
    case 'absent':
      return 'Not there.'
    case 'unreadable':
      return side.why
    case 'image':
      return `A picture of ${exactSize(side.size)}.\nThe button “Open File” above compares the two.`
    case 'large':
      return `${exactSize(side.size)}: too large for this view.\nThe button “Open File” above says more.`
    default:
      return `Not text, ${exactSize(side.size)}.\nThe button “Open File” above says more.`
  }
}

function unshown(path: string, said: string, which: string): URI {
  return URI.from({ scheme: unshownScheme, path: `/${path}`, query: `${which}\n${said}` })
}
