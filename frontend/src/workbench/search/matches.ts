import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type {
  IFileMatch,
  ISearchRange,
  ITextSearchMatch,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/search/common/search'
import type { TextLine, TextMatch, TextRange } from '../../bridge'

/** toFileMatch is one file's matches as the search view shows them. */
export function toFileMatch(match: TextMatch, resource: URI): IFileMatch {
  return { resource, results: match.lines.map(toLineMatch) }
}

function toLineMatch(line: TextLine): ITextSearchMatch {
  return {
    previewText: line.text,
    rangeLocations: line.ranges.map((range) => {
      const preview = positions(line.text, range)
      return { preview, source: inFile(preview, line) }
    }),
  }
}

/** Both count lines and columns from 0; a match over several lines has line ends in its text. */
function positions(text: string, range: TextRange): ISearchRange {
  const start = position(text, range.start)
  const end = position(text, range.end)
  return {
    startLineNumber: start.line,
    startColumn: start.column,
    endLineNumber: end.line,
    endColumn: end.column,
  }
}

function position(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  return { line: before.split('\n').length - 1, column: at - (before.lastIndexOf('\n') + 1) }
}

function inFile(preview: ISearchRange, { line, offset }: TextLine): ISearchRange {
  const column = (previewLine: number, previewColumn: number) =>
    previewLine === 0 ? previewColumn + offset : previewColumn
  return {
    startLineNumber: line - 1 + preview.startLineNumber,
    startColumn: column(preview.startLineNumber, preview.startColumn),
    endLineNumber: line - 1 + preview.endLineNumber,
    endColumn: column(preview.endLineNumber, preview.endColumn),
  }
}
