/** Fence is what stands behind the marks of a piece of code. */
export interface Fence {
  /** a language, or a file name that tells one */
  readonly language: string
  /** the file of the workspace that the code belongs to, where it is named */
  readonly path?: string
}

/** What is shown as it came out of something is not code of a file. */
const outputs = new Set(['', 'text', 'txt', 'plaintext', 'console', 'output', 'log', 'diff', 'patch'])
const shells = new Set([
  'sh',
  'bash',
  'zsh',
  'shell',
  'fish',
  'powershell',
  'ps1',
  'bat',
  'cmd',
  'shellscript',
])

/** Reads the words behind a fence, and the line before it: "**calc.go**", "In `calc.go`:". */
export function readFence(info: string, before: string): Fence {
  const [first = ''] = info.trim().split(/\s+/)
  const attribute = /(?:title|file|filename|path)=(?:"([^"]+)"|'([^']+)'|(\S+))/.exec(info)
  const words = info
    .trim()
    .split(/\s+/)
    .filter((word) => !word.includes('='))
  const colon = /^([\w+#-]+):(.+)$/.exec(first)
  const language = colon?.[1] ?? first
  const named =
    attribute?.slice(1).find(Boolean) ?? colon?.[2] ?? words[1] ?? (/[./]/.test(first) ? first : undefined)
  const path = asPath(named) ?? asPath(nameIn(before)?.replace(/.*\s.*/s, ''))
  return { language: language.replace(/[{,].*$/, ''), ...(path ? { path } : {}) }
}

/** Reports whether code could belong into a file. */
export function applies({ language, path }: Fence): boolean {
  const name = language.toLowerCase()
  if (outputs.has(name)) return path !== undefined && name !== 'diff' && name !== 'patch'
  return path !== undefined || !shells.has(name)
}

/** The file that a line names, where it is about nothing else: bold, code, a heading, or before a colon. */
function nameIn(line: string): string | undefined {
  const text = line.trim()
  const marked = [...text.matchAll(/\*\*`?([^*`]+)`?\*\*|`([^`]+)`/g)]
  const [only] = marked
  if (marked.length === 1 && only && text.length < 200) return only[1] ?? only[2]
  return /^(?:#{1,6}\s+)?([^\s*`]+?):?$/.exec(text)?.[1]
}

/** A path inside the workspace with a file's name, without the line it may have behind it. */
function asPath(name: string | undefined): string | undefined {
  const path = name
    ?.trim()
    .replace(/^\.\//, '')
    .replace(/(?::\d+(?:-\d+)?|:)$/, '')
  if (!path || path.length > 300 || !/^[^\s/\\:*?"<>|\p{C}][^\\:*?"<>|\p{C}]*$/u.test(path)) return undefined
  if (path.split('/').some((part) => part === '..' || part === '.' || part === '')) return undefined
  return /(?:^|\/)[^/]*\.[a-z][^./\s]*$|\/[^/\s]+$|^(?:Makefile|Dockerfile|LICENSE)$/i.test(path)
    ? path
    : undefined
}
