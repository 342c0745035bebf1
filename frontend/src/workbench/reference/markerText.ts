import {
  MarkerSeverity,
  type IMarkerData,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import { shortened, splitPath } from '../../lib/format'

/** Most of what is said of one problem, in characters. */
const mostOfMessage = 8000

const severities: Readonly<Record<MarkerSeverity, string>> = {
  [MarkerSeverity.Error]: 'error',
  [MarkerSeverity.Warning]: 'warning',
  [MarkerSeverity.Info]: 'info',
  [MarkerSeverity.Hint]: 'hint',
}

type Told = Pick<
  IMarkerData,
  'startLineNumber' | 'startColumn' | 'severity' | 'source' | 'code' | 'message' | 'relatedInformation'
>

/** describeMarker writes a problem as compilers do. */
export function describeMarker(marker: Told, path: string): string {
  const { startLineNumber: line, startColumn: column, severity, source, code, message } = marker
  const codeText = typeof code === 'string' ? code : (code?.value ?? '')
  const origin = [source ?? '', codeText].filter(Boolean).join(' ')
  const related = (marker.relatedInformation ?? []).map(
    (each) =>
      `\n  ${splitPath(each.resource.path).name}:${each.startLineNumber}:${each.startColumn}: ${each.message}`,
  )
  const head = `${path}:${line}:${column}: ${severities[severity]}: ${message}${origin ? ` [${origin}]` : ''}`
  return shortened(head + related.join(''), mostOfMessage)
}
