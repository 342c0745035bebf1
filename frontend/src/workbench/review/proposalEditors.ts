import {
  getService,
  IEditorGroupsService,
  IEditorService,
  ITextFileService,
  type IEditorGroup,
} from '@codingame/monaco-vscode-api'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { DiffEditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor/diffEditorInput'
import type { ITextFileEditorModel } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/textfile/common/textfiles'
import type { DrawnHunk, Proposal, ProposalActs, ProposalEditors } from '../../features/review'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { notify } from '../notify'
import type { Bar } from './bar'
import type { Layers, Words } from './layers'
import { proposalName, proposalResource, type ProposalFiles, type ProposalName } from './proposalFiles'
import { drawnOf } from './proposedHunks'

const words: Words = { accept: 'Accept', reject: 'Reject', old: false }

/** How long an act waits, in milliseconds, until what was saved before it is shown as the proposal. */
const patience = 10_000

interface Shown {
  proposal: Proposal
  acts: ProposalActs
  hunks: readonly DrawnHunk[]
  /** waits for the proposal to be shown again */
  waiting: (() => void)[]
}

/** ProposalDiffs shows changes that wait for an approval, in diffs whose right side may be edited. */
export class ProposalDiffs implements ProposalEditors {
  private readonly shown = new Map<string, Shown>()

  constructor(
    private readonly layers: Layers,
    private readonly files: ProposalFiles,
  ) {}

  /** Closes what the window showed when it was closed, and what no longer waits. */
  async start(): Promise<void> {
    const groups = await getService(IEditorGroupsService)
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
    const resource = proposalResource(proposal, 'after')
    const before = this.shown.get(approvalId)
    const differs = this.files.take(proposal, hash, editable)
    const shown: Shown = { proposal, acts, hunks: before?.hunks ?? [], waiting: before?.waiting ?? [] }
    this.shown.set(approvalId, shown)
    if (differs) await this.refresh(resource, proposal.path)
    await this.open(proposal, options.focus, before !== undefined)
    shown.hunks = drawnOf(proposal.hunks, await this.beforeText(proposal))
    if (this.shown.get(approvalId) !== shown) return // shown again, or closed, meanwhile
    this.layers.draw(resource, {
      hunks: shown.hunks,
      words,
      acts: {
        accept: (key) => this.decide(approvalId, key, (now, keys) => now.accept(keys)),
        reject: (key) => this.decide(approvalId, key, (now, keys) => now.reject(keys)),
      },
      bar: this.barOf(proposal),
    })
    for (const go of shown.waiting.splice(0)) go()
  }

  async close(approvalId: string): Promise<void> {
    const shown = this.shown.get(approvalId)
    this.shown.delete(approvalId)
    if (!shown) return
    for (const go of shown.waiting.splice(0)) go()
    await this.closeNamed(shown.proposal)
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
    return {
      label: `Proposed change of ${plainVisible(proposal.path)}`,
      text: `${decided} of ${hunks.length} decided`,
      actions: [
        { label: 'Accept all', primary: true, run: () => this.act(approvalId, (acts) => acts.acceptAll()) },
        { label: 'Reject all', primary: false, run: () => this.act(approvalId, (acts) => acts.rejectAll()) },
      ],
    }
  }

  private async beforeText(proposal: Proposal): Promise<string> {
    try {
      return new TextDecoder().decode(await this.files.readFile(proposalResource(proposal, 'before')))
    } catch {
      return '' // it no longer waits, or there was no file
    }
  }

  /** Shows the new text. What was typed into the one before and not saved is kept beside. */
  private async refresh(resource: URI, path: string): Promise<void> {
    const { files } = await getService(ITextFileService)
    const model = files.get(resource)
    if (!model) return
    if (!model.isDirty()) {
      await files.resolve(resource, { reload: { async: false }, forceReadFromFile: true })
      return
    }
    await keepBeside(model)
    await model.revert()
    notify.warn(
      `What you typed is in an untitled editor: what is proposed for ${plainVisible(path)} has changed meanwhile.`,
    )
  }

  private decide(approvalId: string, key: string, work: (acts: ProposalActs, keys: string[]) => void): void {
    const shown = this.shown.get(approvalId)
    if (!shown) return
    const tracked = () => this.layers.trackedOf(proposalResource(shown.proposal, 'after').toString())
    const line = tracked()?.placeOf(key)?.from
    this.act(approvalId, (acts, now) => {
      const same = now.proposal.hunks.some(({ id }) => id === key)
      // What was typed has made other hunks: the one at the same place is meant.
      const found = same ? key : line === undefined ? undefined : tracked()?.at(line)?.hunk.key
      if (found === undefined) notify.info('That change is no longer part of what is proposed.')
      else work(acts, [found])
    })
  }

  /** Saves what was typed, waits until that is the proposal, and acts. */
  private act(approvalId: string, work: (acts: ProposalActs, shown: Shown) => void): void {
    void this.saved(approvalId)
      .then((shown) => shown && work(shown.acts, shown))
      .catch((cause: unknown) => notify.failure(cause))
  }

  private async saved(approvalId: string): Promise<Shown | undefined> {
    const shown = this.shown.get(approvalId)
    if (!shown) return undefined
    const resource = proposalResource(shown.proposal, 'after')
    const service = await getService(ITextFileService)
    if (service.isDirty(resource) && !(await service.save(resource))) return undefined // the editor says why
    if (this.upToDate(approvalId)) return this.shown.get(approvalId)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience)
      this.shown.get(approvalId)?.waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    if (this.upToDate(approvalId)) return this.shown.get(approvalId)
    if (this.shown.has(approvalId))
      notify.warn('Your text was saved, but Keel does not show it as the proposal yet. Try again.')
    return undefined
  }

  private upToDate(approvalId: string): boolean {
    return this.shown.get(approvalId)?.proposal.hash === this.files.hashOf(approvalId)
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
