import { parse } from '@codingame/monaco-vscode-api/vscode/vs/base/common/marshalling'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'

/** Dragged is what a drag carries. */
export interface Dragged {
  /** documents and folders of the workbench, files of the disk, each once */
  resources: readonly URI[]
  /** of the web */
  addresses: readonly string[]
  /** files of the desktop, with their content */
  files: readonly File[]
  /** names of folders of the desktop */
  folders: readonly string[]
}

/** DragData is the part of a DataTransfer that is read here. */
export interface DragData {
  getData(format: string): string
  readonly files: ArrayLike<File>
  readonly items: ArrayLike<Pick<DataTransferItem, 'kind' | 'getAsFile' | 'webkitGetAsEntry'>>
}

/** readDrag reads everything at once: after the event there is nothing in it any more. */
export function readDrag(data: DragData): Dragged {
  const { files, folders } = ofDesktop(data)
  const listed = lines(data.getData('text/uri-list'))
  // The workbench names the same things in several ways; the first that is there says most.
  const own =
    first(
      () => lines(data.getData('application/vnd.code.uri-list')).map((each) => URI.parse(each, true)),
      () => ofEditors(data.getData('CodeEditors')),
      () => ofNames(data.getData('ResourceURLs')),
    ) ?? []
  const others = listed.filter((each) => !isWeb(each) && !isWithheld(each)).flatMap(parsed)
  return {
    resources: once([...own.filter((each) => !isWeb(each.scheme + ':')), ...others]),
    addresses: [...new Set(listed.filter(isWeb))],
    files,
    folders,
  }
}

const isWeb = (address: string): boolean => /^https?:/i.test(address)

/** What some engines put in the place of an address of the disk that a page drags. */
const isWithheld = (address: string): boolean => /^about:/i.test(address)

/** The first that reads without a failure and has anything; what others drag in may be broken. */
function first(...ways: (() => readonly URI[])[]): readonly URI[] | undefined {
  for (const way of ways) {
    try {
      const found = way()
      if (found.length > 0) return found
    } catch {
      // The next way may do.
    }
  }
  return undefined
}

function parsed(address: string): URI[] {
  try {
    return [URI.parse(address, true)]
  } catch {
    return []
  }
}

/** The lines of a list of addresses (RFC 2483): those with "#" in front are comments. */
function lines(list: string): string[] {
  return list.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

function ofNames(text: string): URI[] {
  const names: unknown = text === '' ? [] : JSON.parse(text)
  if (!Array.isArray(names)) return []
  return names.filter((each) => typeof each === 'string').map((each) => URI.parse(each, true))
}

/** Of a diff its newer side is meant. */
function ofEditors(text: string): URI[] {
  const editors: unknown = text === '' ? [] : parse(text)
  if (!Array.isArray(editors)) return []
  return editors.flatMap((each: unknown) => {
    const resource =
      resourceOf(each) ?? resourceOf(part(each, 'modified')) ?? resourceOf(part(each, 'primary'))
    return resource ? [resource] : []
  })
}

function resourceOf(value: unknown): URI | undefined {
  const resource = part(value, 'resource')
  return URI.isUri(resource) ? resource : undefined
}

function part(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (Object.getOwnPropertyDescriptor(value, name)?.value as unknown)
    : undefined
}

function ofDesktop(data: DragData): { files: File[]; folders: string[] } {
  const folders: string[] = []
  const items = Array.from(data.items).filter((item) => item.kind === 'file')
  if (items.length === 0) return { files: Array.from(data.files), folders }
  const files = items.flatMap((item) => {
    const entry = item.webkitGetAsEntry()
    if (entry?.isDirectory) folders.push(entry.name)
    const file = entry?.isDirectory ? null : item.getAsFile()
    return file ? [file] : []
  })
  return { files, folders }
}

function once(resources: readonly URI[]): URI[] {
  return [...new Map(resources.map((each) => [each.toString(), each])).values()]
}
