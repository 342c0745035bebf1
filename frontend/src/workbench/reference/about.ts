import {
  getService,
  IEditorGroupsService,
  IEditorService,
  IExplorerService,
} from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { IListService } from '@codingame/monaco-vscode-api/vscode/vs/platform/list/browser/listService.service'
import type { IMarker } from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import {
  EditorResourceAccessor,
  SideBySideEditor,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import { getMultiSelectedResources } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/files/browser/files'
import type { AskAbout } from '../../features/chat'
import type { Dropped, Pointed } from '../../features/reference'
import type { PathMap } from '../files/paths'
import { activeEditor } from './active'
import { pointAtCode, pointAtSelection } from './code'
import { chosenProblems, pointAtProblem, problemsAt } from './problem'
import { pointAtResources } from './resources'
import { pointAtTerminal } from './terminal'

/** A problem that a quick fix was chosen for; everything else is looked up. */
export interface AboutProblem {
  readonly marker: IMarker
}

/** aboutWhat finds what a command is about. Reads what was clicked and selected before this returns. */
export function aboutWhat(
  accessor: ServicesAccessor,
  about: AskAbout,
  clicked: unknown,
  paths: PathMap,
): Promise<Dropped> {
  switch (about) {
    case 'files':
      return aboutFiles(accessor, clicked, paths)
    case 'selection':
      return found(pointAtSelection(paths), 'Nothing is selected. Select some lines in an editor first.')
    case 'code':
      return found(pointAtCode(paths), 'There is no text in front. Open a file first.')
    case 'terminal':
      return found(pointAtTerminal(), 'There is nothing in a terminal yet. Open one and run something first.')
    case 'problem':
      return aboutProblem(clicked, paths)
  }
}

async function found(pointing: Promise<Pointed | undefined>, missing: string): Promise<Dropped> {
  const pointed = await pointing
  return { references: pointed ? [pointed] : [], pictures: [], problem: pointed ? '' : missing }
}

/** What is selected where the click was, in the explorer or among the tabs; else the file in front. */
function aboutFiles(accessor: ServicesAccessor, clicked: unknown, paths: PathMap): Promise<Dropped> {
  const resources = URI.isUri(clicked)
    ? getMultiSelectedResources(
        clicked,
        accessor.get(IListService),
        accessor.get(IEditorService),
        accessor.get(IEditorGroupsService),
        accessor.get(IExplorerService),
      )
    : []
  return resources.length > 0 ? pointAtResources(resources, paths) : aboutActive(paths)
}

async function aboutActive(paths: PathMap): Promise<Dropped> {
  const { activeEditor: editor } = await getService(IEditorService)
  const resource = EditorResourceAccessor.getOriginalUri(editor, {
    supportSideBySide: SideBySideEditor.PRIMARY,
  })
  if (resource) return pointAtResources([resource], paths)
  return {
    references: [],
    pictures: [],
    problem: 'No file is in front. Open one, or choose it in the explorer.',
  }
}

/** What a quick fix was chosen for, what is selected among the problems, else the worst at the cursor. */
async function aboutProblem(clicked: unknown, paths: PathMap): Promise<Dropped> {
  const markers = isAboutProblem(clicked) ? [clicked.marker] : await chosenProblems()
  if (markers.length === 0) {
    const editor = await activeEditor()
    const [model, position] = [editor?.getModel(), editor?.getPosition()]
    if (model && position) markers.push(...(await problemsAt(URI.from(model.uri), position)).slice(0, 1))
  }
  const references = (await Promise.all(markers.map((each) => pointAtProblem(each, paths)))).flat()
  const problem = references.length > 0 ? '' : 'There is no problem at the cursor. Go to one first, with F8.'
  return { references, pictures: [], problem }
}

function isAboutProblem(value: unknown): value is AboutProblem {
  return typeof value === 'object' && value !== null && 'marker' in value
}
