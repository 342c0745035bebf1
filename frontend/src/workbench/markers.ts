import {
  MarkerSeverity,
  type IMarker,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import type { Problem } from '../bridge'
import type { PathMap } from './files/paths'

/** How many problems the agent is told of. */
const mostProblems = 500

const severities: Readonly<Record<MarkerSeverity, string>> = {
  [MarkerSeverity.Error]: 'error',
  [MarkerSeverity.Warning]: 'warning',
  [MarkerSeverity.Info]: 'info',
  [MarkerSeverity.Hint]: 'hint',
}

/** The problems of the folder's files, the worst first; not more than anybody reads. */
export function problemsOf(markers: readonly IMarker[], paths: PathMap): Problem[] {
  return markers
    .flatMap((marker) => {
      const path = paths.toPath(marker.resource)
      return path === undefined ? [] : [{ marker, path }]
    })
    .toSorted((a, b) => b.marker.severity - a.marker.severity)
    .slice(0, mostProblems)
    .map(({ marker, path }) => ({
      path,
      line: marker.startLineNumber,
      column: marker.startColumn,
      severity: severities[marker.severity],
      source: marker.source ?? '',
      message: marker.message,
    }))
}
