import { getService, IMarkerService, IViewsService } from '@codingame/monaco-vscode-api'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IPosition } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/position'
import type { IMarker } from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import { Markers } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/markers/common/markers'
import type { Pointed } from '../../features/reference'
import { splitPath } from '../../lib/format'
import type { PathMap } from '../files/paths'
import { modelOf, pointAt } from './documents'
import { placed, type Lines } from './lines'
import { describeMarker } from './markerText'

/** pointAtProblem points at a problem and at the lines it is about. What it says is data, and stays that. */
export async function pointAtProblem(marker: IMarker, paths: PathMap): Promise<Pointed[]> {
  const path = paths.toPath(marker.resource)
  const name = splitPath(path ?? marker.resource.path).name
  const model = await modelOf(marker.resource)
  const lines = linesOfProblem(marker, model?.getLineCount())
  const given = describeMarker(marker, path ?? name)
  const problem: Pointed =
    path === undefined
      ? { kind: 'text', name: `Problem in ${name}`, given }
      : { kind: 'problems', name: `Problem in ${placed(name, lines)}`, path, ...lines, given }
  if (model) return [problem, await pointAt(model, lines, paths)]
  return path === undefined
    ? [problem]
    : [problem, { kind: 'code', name: placed(name, lines), path, ...lines }]
}

/** A problem may be older than the text, and end where there is no line any more. */
function linesOfProblem({ startLineNumber, endLineNumber }: IMarker, count = endLineNumber): Lines {
  const from = Math.min(Math.max(1, startLineNumber), count)
  return { from, to: Math.min(Math.max(from, endLineNumber), count) }
}

/** problemsAt is what is found at a place of a document, the worst first. */
export async function problemsAt(resource: URI, { lineNumber }: IPosition): Promise<IMarker[]> {
  const markers = await getService(IMarkerService)
  return markers
    .read({ resource })
    .filter((each) => each.startLineNumber <= lineNumber && lineNumber <= each.endLineNumber)
    .toSorted((a, b) => b.severity - a.severity)
}

/** chosenProblems is what is selected in the view of problems, while that has the keyboard or its menu is open. */
export async function chosenProblems(): Promise<IMarker[]> {
  const views = await getService(IViewsService)
  const view: unknown = views.getActiveViewWithId(Markers.MARKERS_VIEW_ID)
  if (!hasSelection(view)) return []
  const focused = view.getFocusElement()
  const selected = view.getFocusedSelectedElements() ?? []
  const all = selected.includes(focused) ? selected : [focused]
  return all.flatMap((each) => (isProblem(each) ? [each.marker] : []))
}

/** The part of the problems view that tells what is selected in it. */
interface HasSelection {
  getFocusElement(): unknown
  getFocusedSelectedElements(): unknown[] | null
}

function hasSelection(view: unknown): view is HasSelection {
  return (
    typeof view === 'object' &&
    view !== null &&
    'getFocusElement' in view &&
    'getFocusedSelectedElements' in view
  )
}

function isProblem(element: unknown): element is { marker: IMarker } {
  if (typeof element !== 'object' || element === null || !('marker' in element)) return false
  const { marker } = element
  return typeof marker === 'object' && marker !== null && 'startLineNumber' in marker && 'message' in marker
}
