import {
  getService,
  IEditorService,
  IEditorWorkerService,
  IFileService,
  ITextFileService,
  ITextModelService,
} from '@codingame/monaco-vscode-api'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { isCodeEditor } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import type { IRange } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/range'
import type { ITextModel } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import { Failure } from '../../bridge'
import type { Applied } from '../../features/chat'
import { shortened, splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { PathMap } from '../files/paths'
import { notify } from '../notify'
import { changeOf, edited, textOf, type Change, type Edit } from './change'
import { isText, lastEditor, openEditor, replaceAll } from './editors'
import { isInside } from './paths'
import type { Previews } from './preview'
import { asFile } from './whole'

/** apply shows what code would change, and changes it once the person agrees. */
export async function apply(
  code: string,
  path: string | undefined,
  paths: PathMap,
  previews: Previews,
): Promise<Applied> {
  const target = await targetOf(path, paths)
  if (target === undefined) return 'nowhere'
  if (target.isNew) return create(code, target, previews)
  if (!(await isText(target.resource))) {
    throw new Failure(
      'invalid',
      `${plainVisible(splitPath(target.path).name)} cannot be read as text, so nothing was changed.`,
      'Copy the code, and put it in where you want it.',
    )
  }
  const models = await getService(ITextModelService)
  const reference = await models.createModelReference(target.resource)
  try {
    const model = reference.object.textEditorModel
    const change = changeOf(model, await selectionIn(model), code)
    if (!change) return 'unclear'
    try {
      return await alter(model, change, target, previews)
    } finally {
      change.dispose()
    }
  } finally {
    reference.dispose()
  }
}

interface Target {
  resource: URI
  /** as the person is shown it */
  path: string
  isNew: boolean
}

async function targetOf(path: string | undefined, paths: PathMap): Promise<Target | undefined> {
  if (path !== undefined) return named(path, paths)
  const resource = await lastEditor()
  return resource && { resource, path: paths.toPath(resource) ?? resource.path.slice(1), isNew: false }
}

/** A file of the folder, or one that an editor has and the disk has not yet; else a new one. */
async function named(path: string, paths: PathMap): Promise<Target | undefined> {
  if (!isInside(path)) {
    throw new Failure(
      'outside',
      `${plainVisible(shortened(path, 100))} is no file of the opened folder, so nothing was changed.`,
      'Copy the code, and put it in where you want it.',
    )
  }
  const resource = paths.toResource(path)
  const [disk, texts] = await Promise.all([getService(IFileService), getService(ITextFileService)])
  const unsaved = resource.with({ scheme: 'untitled' })
  if (texts.untitled.get(unsaved)) return { resource: unsaved, path, isNew: false }
  if (texts.files.get(resource)) return { resource, path, isNew: false }
  try {
    if ((await disk.stat(resource)).isDirectory) return undefined
    return { resource, path, isNew: false }
  } catch {
    return { resource, path, isNew: true }
  }
}

/** What is selected of a document, in an editor that shows it. */
async function selectionIn(model: ITextModel): Promise<IRange | undefined> {
  const { activeTextEditorControl: active, visibleTextEditorControls: visible } =
    await getService(IEditorService)
  return (
    [active, ...visible]
      .filter((each) => isCodeEditor(each))
      .filter((each) => each.getModel() === model)
      .map((each) => each.getSelection())
      .find((selection) => selection && !selection.isEmpty()) ?? undefined
  )
}

async function create(code: string, { resource, path }: Target, previews: Previews): Promise<Applied> {
  const text = asFile('', code)
  const shown = await previews.show(undefined, path, text)
  try {
    if (!(await shown.answer())) return 'cancelled'
  } finally {
    await shown.close()
  }
  const document = await openEditor(resource, true)
  replaceAll(document, [{ range: document.model.getFullModelRange(), text }])
  return 'applied'
}

async function alter(
  model: ITextModel,
  change: Change,
  { resource, path }: Target,
  previews: Previews,
): Promise<Applied> {
  const first = change.edit()
  if (!first) return 'unclear'
  if (edited(model, first) === textOf(model)) {
    notify.info(`${plainVisible(splitPath(path).name)} already holds this code.`)
    return 'cancelled'
  }
  const agreed = await agree(model, change, first, { resource, path, previews })
  if (typeof agreed === 'string') return agreed
  const version = model.getVersionId()
  const edits = await smallest(resource, agreed)
  const document = await openEditor(resource)
  if (model.getVersionId() !== version) {
    notify.warn(
      `${plainVisible(splitPath(path).name)} has changed just now, so nothing was applied. Apply the code again.`,
    )
    return 'cancelled'
  }
  replaceAll(document, edits)
  return 'applied'
}

interface Showing {
  resource: URI
  path: string
  previews: Previews
}

/** Asks, and asks again when the document was changed meanwhile: what is agreed to is what was seen. */
async function agree(
  model: ITextModel,
  change: Change,
  first: Edit,
  { resource, path, previews }: Showing,
): Promise<Edit | Applied> {
  const shown = await previews.show(resource, path, edited(model, first))
  let seen = model.getVersionId()
  const listening = model.onDidChangeContent(() => {
    const edit = change.edit()
    if (edit) shown.update(edited(model, edit), 'The document has changed meanwhile. Look at it again.')
  })
  try {
    while (await shown.answer()) {
      const edit = change.edit()
      if (!edit) return 'unclear'
      if (model.getVersionId() === seen) return edit
      seen = model.getVersionId()
      shown.update(edited(model, edit), 'The document has changed meanwhile. Is it still right?')
    }
    return 'cancelled'
  } finally {
    listening.dispose()
    await shown.close()
  }
}

/** The same edit in small parts, so that the cursor and marks stay where they are. */
async function smallest(resource: URI, edit: Edit): Promise<readonly Edit[]> {
  const worker = await getService(IEditorWorkerService)
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is plain records, in spite of a class of that name
  const parts = await worker.computeMoreMinimalEdits(resource, [edit])
  return parts?.length ? parts : [edit]
}
