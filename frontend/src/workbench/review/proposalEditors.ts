import {
  getService,
  IEditorGroupsService,
  IEditorService,
  ITextFileService,
  type IEditorGroup,
} from '@codingame/monaco-vscode-api'
import { isDiffEditor } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import { DiffEditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor/diffEditorInput'
import type { ITextFileEditorModel } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/textfile/common/textfiles'
import type {
  ActiveProposal,
  DrawnHunk,
  Proposal,
  ProposalActs,
  ProposalEditors,
} from '../../features/review'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { notify } from '../notify'
import type { Bar } from './bar'
import type { Layers, Words } from './layers'
import { proposalName, proposalResource, type ProposalFiles, type ProposalName } from './proposalFiles'
import { drawnOf } from './proposedHunks'
import type { TrackedHunks } from './tracked'

const words: Words = { accept: 'Accept', reject: 'Reject', old: false }

/** How long an act waits, in milliseconds, until what was saved before it is shown as the proposal. */
const patience = 10_000

interface Shown {
  proposal: Proposal
  acts: ProposalActs
  hunks: readonly DrawnHunk[]
}

/** Seen is what a person has before them. */
interface Seen {
  /** of the text in the editor, which may be what they typed and saved */
  text: string
  /** of the hunks that are drawn into it */
  hunks: string
}

/** ProposalDiffs shows changes that wait for an approval, in diffs whose right side may be edited. */
export class ProposalDiffs implements ProposalEditors {
  private readonly shown = new Map<string, Shown>()
  private readonly seen = new Map<string, Seen>()
  /** wait for a proposal to be drawn, or closed */
  private readonly waiting = new Map<string, (() => void)[]>()
  private editors: IEditorService | undefined

  constructor(
    private readonly layers: Layers,
    private readonly files: ProposalFiles,
  ) {
    files.onDidSave(({ approvalId, hash }) => {
      const seen = this.seen.get(approvalId)
      if (seen) seen.text = hash
    })
  }

  /** Closes what the window showed when it was closed, and what no longer waits. */
  async start(): Promise<void> {
    const [groups, editors] = await Promise.all([
      getService(IEditorGroupsService),
      getService(IEditorService),
    ])
    this.editors = editors
    await groups.whenRestored
    const names = groups.groups
      .flatMap((group) => group.editors.map(nameOf))
      .filter((name) => name !== undefined)
    for (const name of names) {
      try {
        await this.files.readFile(proposalResource(name, 'after'))
      } catch {
        await this.closeNamed(name)
      }
    }
  }

  async show(proposal: Proposal, acts: ProposalActs, options: { focus: boolean }): Promise<void> {
    const { approvalId, hash, editable } = proposal
    const before = this.shown.get(approvalId)
    const differs = this.files.take(proposal, hash, editable)
    const shown: Shown = { proposal, acts, hunks: before?.hunks ?? [] }
    this.shown.set(approvalId, shown)
    if (differs) await this.refresh(proposal)
    await this.open(proposal, options.focus, before !== undefined)
    const hunks = drawnOf(proposal.hunks, await this.beforeText(proposal))
    if (this.shown.get(approvalId) !== shown) return // shown again, or closed, meanwhile
    shown.hunks = hunks
    this.layers.draw(proposalResource(proposal, 'after'), {
      hunks,
      words,
      acts: {
        accept: (key) => this.decide(approvalId, key, 'accept'),
        reject: (key) => this.decide(approvalId, key, 'reject'),
      },
      bar: this.barOf(proposal),
    })
    this.seen.set(approvalId, { text: hash, hunks: hash })
    this.goOn(approvalId)
  }

  async close(approvalId: string): Promise<void> {
    const shown = this.shown.get(approvalId)
    this.shown.delete(approvalId)
    this.seen.delete(approvalId)
    this.goOn(approvalId)
    if (shown) await this.closeNamed(shown.proposal)
  }

  active(): ActiveProposal | undefined {
    const approvalId = nameOf(this.editors?.activeEditor)?.approvalId
    const shown = approvalId === undefined ? undefined : this.shown.get(approvalId)
    if (approvalId === undefined || !shown) return undefined
    const control = this.editors?.activeTextEditorControl
    const line = isDiffEditor(control) ? control.getModifiedEditor().getPosition()?.lineNumber : undefined
    const key = line === undefined ? undefined : this.trackedOf(shown.proposal)?.at(line)?.hunk.key
    return {
      approvalId,
      atHunk: key !== undefined,
      accept: () => key !== undefined && this.decide(approvalId, key, 'accept'),
      reject: () => key !== undefined && this.decide(approvalId, key, 'reject'),
      acceptAll: () => this.act(approvalId, ({ acts }, hash) => acts.acceptAll(hash)),
      rejectAll: () => this.act(approvalId, ({ acts }, hash) => acts.rejectAll(hash)),
    }
  }

  private async open(proposal: Proposal, focus: boolean, again: boolean): Promise<void> {
    const [groups, editors] = await Promise.all([
      getService(IEditorGroupsService),
      getService(IEditorService),
    ])
    const [open] = openIn(groups.groups, proposal.approvalId)
    if (open) {
      if (focus) await open.group.openEditor(open.editor, { preserveFocus: false })
      return
    }
    if (again && !focus) return // the user has closed it
    await editors.openEditor({
      label: `${plainVisible(splitPath(proposal.path).name)} (proposed)`,
      original: { resource: proposalResource(proposal, 'before') },
      modified: { resource: proposalResource(proposal, 'after') },
      options: { pinned: true, preserveFocus: !focus },
    })
  }

  private barOf(proposal: Proposal): Bar {
    const { approvalId, hunks } = proposal
    const decided = hunks.filter((each) => each.decision).length
    const what = decided > 0 ? ' the rest' : hunks.length > 0 ? ' all' : ''
    return {
      label: `Proposed change of ${plainVisible(proposal.path)}`,
      text: hunks.length > 0 ? `${decided} of ${hunks.length} decided` : 'All or nothing',
      actions: [
        {
          label: `Accept${what}`,
          primary: true,
          run: () => this.act(approvalId, ({ acts }, hash) => acts.acceptAll(hash)),
        },
        {
          label: `Reject${what}`,
          primary: false,
          run: () => this.act(approvalId, ({ acts }, hash) => acts.rejectAll(hash)),
        },
      ],
    }
  }

  private async beforeText(proposal: Proposal): Promise<string> {
    try {
      const bytes = await this.files.readFile(proposalResource(proposal, 'before'))
      return new TextDecoder(encodingOf(bytes)).decode(bytes)
    } catch {
      return '' // it no longer waits, or there was no file
    }
  }

  /** Shows the new text. What was typed into the one before and not saved is kept beside. */
  private async refresh(proposal: Proposal): Promise<void> {
    const { files } = await getService(ITextFileService)
    const typed = files.get(proposalResource(proposal, 'after'))
    if (typed?.isDirty()) {
      await keepBeside(typed)
      await typed.revert({ soft: true })
      notify.warn(
        `What you typed is in an untitled editor: what is proposed for ${plainVisible(proposal.path)} has changed meanwhile.`,
      )
    }
    for (const side of ['before', 'after'] as const) {
      const resource = proposalResource(proposal, side)
      if (files.get(resource))
        await files.resolve(resource, { reload: { async: false }, forceReadFromFile: true })
    }
  }

  private trackedOf(proposal: Proposal): TrackedHunks | undefined {
    return this.layers.trackedOf(proposalResource(proposal, 'after').toString())
  }

  private decide(approvalId: string, key: string, act: 'accept' | 'reject'): void {
    const shown = this.shown.get(approvalId)
    if (!shown) return
    const line = this.trackedOf(shown.proposal)?.placeOf(key)?.from
    this.act(approvalId, (now, hash) => {
      const same = now.hunks.some((hunk) => hunk.key === key)
      // What was typed has made other hunks: the one at the same place is meant.
      const found = same || line === undefined ? key : this.trackedOf(now.proposal)?.at(line)?.hunk.key
      if (found === undefined || !now.hunks.some((hunk) => hunk.key === found))
        notify.info('That change is no longer part of what is proposed.')
      else now.acts[act](hash, [found])
    })
  }

  /** Saves what was typed, and acts on just what the person sees, once its hunks are known. */
  private act(approvalId: string, work: (shown: Shown, hash: string) => void): void {
    void this.actOn(approvalId, work).catch((cause: unknown) => notify.failure(cause))
  }

  private async actOn(approvalId: string, work: (shown: Shown, hash: string) => void): Promise<void> {
    const shown = this.shown.get(approvalId)
    if (!shown) return
    const resource = proposalResource(shown.proposal, 'after')
    let meant = this.seen.get(approvalId)?.text
    const service = await getService(ITextFileService)
    if (service.isDirty(resource)) {
      if (!(await service.save(resource))) return // the editor says why
      meant = this.seen.get(approvalId)?.text
    }
    if (this.seen.get(approvalId)?.hunks !== meant) await this.drawnAgain(approvalId)
    const now = this.shown.get(approvalId)
    if (!now) return
    if (meant !== undefined && this.seen.get(approvalId)?.hunks === meant) work(now, meant)
    else notify.warn('What is proposed has changed, so nothing was decided. Look at it again.')
  }

  /** Waits until a proposal is drawn anew, or is closed; not for ever. */
  private async drawnAgain(approvalId: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience)
      const waiting = this.waiting.get(approvalId) ?? []
      this.waiting.set(approvalId, [
        ...waiting,
        () => {
          clearTimeout(timer)
          resolve()
        },
      ])
    })
  }

  private goOn(approvalId: string): void {
    const waiting = this.waiting.get(approvalId) ?? []
    this.waiting.delete(approvalId)
    for (const go of waiting) go()
  }

  private async closeNamed(name: ProposalName): Promise<void> {
    const resource = proposalResource(name, 'after')
    const [groups, { files }] = await Promise.all([
      getService(IEditorGroupsService),
      getService(ITextFileService),
    ])
    const model = files.get(resource)
    if (model?.isDirty()) {
      await keepBeside(model)
      await model.revert({ soft: true })
      notify.warn(
        `What you typed is in an untitled editor: the change of ${plainVisible(name.path)} no longer waits.`,
      )
    }
    for (const { group, editor } of openIn(groups.groups, name.approvalId)) await group.closeEditor(editor)
    this.layers.draw(resource, undefined)
    this.files.forget(name.approvalId)
  }
}

/** Puts the text of a model into an editor without a file. */
async function keepBeside(model: ITextFileEditorModel): Promise<void> {
  if (!model.isResolved()) return
  const editors = await getService(IEditorService)
  const languageId = model.textEditorModel.getLanguageId()
  const contents = model.textEditorModel.getValue()
  const options = { pinned: true, preserveFocus: true, inactive: true }
  await editors.openEditor({ resource: undefined, contents, languageId, options })
}

function nameOf(editor: unknown): ProposalName | undefined {
  if (!(editor instanceof DiffEditorInput)) return undefined
  const resource = editor.modified.resource
  return resource && proposalName(resource)
}

function openIn(
  groups: readonly IEditorGroup[],
  approvalId: string,
): { group: IEditorGroup; editor: DiffEditorInput }[] {
  return groups.flatMap((group) =>
    group.editors.flatMap((editor) =>
      editor instanceof DiffEditorInput && nameOf(editor)?.approvalId === approvalId
        ? [{ group, editor }]
        : [],
    ),
  )
}

/** The encoding that a byte order mark tells; UTF-8 without one. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}
