import { stringify } from '@codingame/monaco-vscode-api/vscode/vs/base/common/marshalling'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { MarkerSeverity } from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import { describe, expect, it } from 'vitest'
import { readText } from './desktop'
import { readDrag, type DragData } from './drag'
import { linesOf, placed } from './lines'
import { describeMarker } from './markerText'
import { lastLines, type Screen } from './terminalText'

describe('linesOf', () => {
  it.each([
    [[3, 1, 3, 1], undefined],
    [[3, 2, 3, 5], { from: 3, to: 3 }],
    [[3, 2, 5, 4], { from: 3, to: 5 }],
    [[3, 1, 5, 1], { from: 3, to: 4 }],
    [[3, 7, 4, 1], { from: 3, to: 3 }],
  ])('%j', ([startLineNumber = 0, startColumn = 0, endLineNumber = 0, endColumn = 0], expected) =>
    expect(linesOf({ startLineNumber, startColumn, endLineNumber, endColumn })).toEqual(expected),
  )

  it('names lines', () => {
    expect([placed('a.go', { from: 3, to: 3 }), placed('a.go', { from: 3, to: 9 })]).toEqual([
      'a.go:3',
      'a.go:3-9',
    ])
  })
})

/** A screen of this width; a text that is longer is wrapped. */
function screen(width: number, text: string, blank = 0): Screen {
  const rows = text.split('\n').flatMap((line) => {
    const parts = line.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']
    return parts.map((part, i) => ({ text: part.padEnd(width), isWrapped: i > 0 }))
  })
  for (let i = 0; i < blank; i++) rows.push({ text: ' '.repeat(width), isWrapped: false })
  return {
    length: rows.length,
    getLine(row) {
      const found = rows[row]
      return (
        found && {
          isWrapped: found.isWrapped,
          translateToString: (trim) => (trim ? found.text.trimEnd() : found.text),
        }
      )
    },
  }
}

describe('lastLines', () => {
  it.each([
    ['nothing', '', 5, ''],
    ['all', '$ a\nb', 5, '$ a\nb'],
    ['the end', 'a\nb\nc', 2, 'b\nc'],
    ['lines that were wrapped', 'abcdefghijklm no\n$', 5, 'abcdefghijklm no\n$'],
    ['a wrapped line as one', 'x\nabcdefghijklm\ny', 2, 'abcdefghijklm\ny'],
    ['blanks at the wrap', 'abc  def', 5, 'abc  def'],
    ['blank lines between', 'a\n\nb', 3, 'a\n\nb'],
  ])('%s', (_, text, most, expected) => {
    expect(lastLines(screen(5, text), most)).toBe(expected)
    expect(lastLines(screen(5, text, 20), most)).toBe(expected)
  })

  it('begins where the buffer does, though the line began earlier', () => {
    const whole = screen(3, 'abcdef\nx')
    const scrolled: Screen = { length: whole.length - 1, getLine: (row) => whole.getLine(row + 1) }
    expect(lastLines(scrolled, 10)).toBe('def\nx')
  })
})

interface Drop {
  data?: Record<string, string>
  files?: File[]
  folders?: string[]
}

function drag({ data = {}, files = [], folders = [] }: Drop): DragData {
  const entry = (name: string, isDirectory: boolean) =>
    ({ name, isDirectory, isFile: !isDirectory }) as FileSystemEntry
  return {
    getData: (format) => data[format] ?? '',
    files: [...files, ...folders.map((name) => new File([], name))],
    items: [
      { kind: 'string', getAsFile: () => null, webkitGetAsEntry: () => null },
      ...files.map((file) => ({
        kind: 'file',
        getAsFile: () => file,
        webkitGetAsEntry: () => entry(file.name, false),
      })),
      ...folders.map((name) => ({
        kind: 'file',
        getAsFile: () => new File([], name),
        webkitGetAsEntry: () => entry(name, true),
      })),
    ],
  }
}

describe('readDrag', () => {
  const read = (drop: Drop) => {
    const { resources, addresses, files, folders } = readDrag(drag(drop))
    return {
      resources: resources.map((each) => each.toString()),
      addresses,
      files: files.map((each) => each.name),
      folders,
    }
  }
  const none = { resources: [], addresses: [], files: [], folders: [] }
  const editors = stringify([
    { resource: URI.file('/w/a.go'), options: {} },
    { modified: { resource: URI.file('/w/b.go') }, original: { resource: URI.file('/w/old.go') } },
    { primary: { resource: URI.file('/w/c.go') }, secondary: { resource: URI.file('/w/d.go') } },
    { resource: 'file:///w/no-uri.go' },
    null,
    'text',
  ])

  it.each<[string, Drop, Partial<typeof none>]>([
    ['nothing', {}, {}],
    ['plain text', { data: { 'text/plain': 'hello' } }, {}],
    [
      'files and folders of the explorer',
      {
        data: {
          'application/vnd.code.uri-list': 'file:///w/pkg\r\nfile:///w/a%20b.go',
          'text/uri-list': 'file:///w/pkg',
          ResourceURLs: '["file:///w/a%20b.go"]',
        },
      },
      { resources: ['file:///w/pkg', 'file:///w/a%20b.go'] as never[] },
    ],
    [
      'the explorer, of an engine that withholds addresses of the disk',
      { data: { ResourceURLs: '["file:///w/a.go"]', 'text/uri-list': 'about:blank#blocked' } },
      { resources: ['file:///w/a.go'] as never[] },
    ],
    [
      'editor tabs',
      { data: { CodeEditors: editors } },
      { resources: ['file:///w/a.go', 'file:///w/b.go', 'file:///w/c.go'] as never[] },
    ],
    [
      'names of resources',
      { data: { ResourceURLs: '["file:///w/a.go","file:///w/a.go",3,"file:///w/b.go#L3"]' } },
      { resources: ['file:///w/a.go', 'file:///w/b.go#L3'] as never[] },
    ],
    [
      'broken data, with something else beside it',
      { data: { CodeEditors: '[{', ResourceURLs: '{"no":"list"}', 'text/uri-list': 'file:///w/a.go' } },
      { resources: ['file:///w/a.go'] as never[] },
    ],
    [
      'addresses of the web',
      { data: { 'text/uri-list': '# a comment\r\nhttps://example.com/a?b#c\r\nHTTP://example.org\r\n' } },
      { addresses: ['https://example.com/a?b#c', 'HTTP://example.org'] as never[] },
    ],
    ['what is no address', { data: { 'text/uri-list': 'no address\n:::' } }, {}],
    [
      'files and folders of the desktop',
      { files: [new File(['x'], 'notes.txt')], folders: ['photos'] },
      { files: ['notes.txt'] as never[], folders: ['photos'] as never[] },
    ],
  ])('%s', (_, drop, expected) => expect(read(drop)).toEqual({ ...none, ...expected }))

  it('does without items', () => {
    const file = new File(['x'], 'notes.txt')
    expect(readDrag({ getData: () => '', files: [file], items: [] }).files).toEqual([file])
  })
})

describe('readText', () => {
  const bytes = (...all: number[]) => new File([new Uint8Array(all)], 'f.txt')

  it.each([
    ['UTF-8', new File(['gr\u00fc\u00df'], 'f.txt'), 'gr\u00fc\u00df'],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 0x61), 'a'],
    ['UTF-16', bytes(0xff, 0xfe, 0x61, 0), 'a'],
    ['UTF-16, the other way round', bytes(0xfe, 0xff, 0, 0x61), 'a'],
    ['an empty file', new File([], 'f.txt'), ''],
  ])('%s', async (_, file, given) =>
    expect(await readText(file)).toEqual({ kind: 'text', name: 'f.txt', given }),
  )

  it.each([
    ['a picture', bytes(0x89, 0x50, 0x4e, 0x47), 'f.txt is not text'],
    ['zeros', bytes(0x61, 0, 0x62), 'f.txt is not text'],
    ['too much', new File([new Uint8Array(1_000_001)], 'f.txt'), 'f.txt is larger than 1 MB'],
    ['a name that hides something', new File([new Uint8Array([0xff])], 'a\u202eb'), 'U+202E'],
  ])('says why not: %s', async (_, file, why) => expect(await readText(file)).toContain(why))
})

describe('describeMarker', () => {
  const marker = {
    severity: MarkerSeverity.Error,
    message: 'undefined: x',
    startLineNumber: 3,
    startColumn: 5,
  }

  it.each([
    [marker, 'a.go:3:5: error: undefined: x'],
    [{ ...marker, source: 'compiler', code: 'E1' }, 'a.go:3:5: error: undefined: x [compiler E1]'],
    [
      { ...marker, code: { value: 'V2', target: URI.parse('https://example.com') } },
      'a.go:3:5: error: undefined: x [V2]',
    ],
    [
      {
        ...marker,
        relatedInformation: [
          {
            resource: URI.file('/w/b.go'),
            message: 'declared here',
            startLineNumber: 1,
            startColumn: 2,
            endLineNumber: 1,
            endColumn: 3,
          },
        ],
      },
      'a.go:3:5: error: undefined: x\n  b.go:1:2: declared here',
    ],
  ])('%#', (each, expected) => expect(describeMarker(each, 'a.go')).toBe(expected))

  it('is not longer than anybody reads', () =>
    expect(describeMarker({ ...marker, message: 'x'.repeat(100_000) }, 'a.go').length).toBeLessThan(8100))
})
