import { outsideAddress } from '../../lib/address'

/** Part is a piece of a step's description: Markdown, or a button below it. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | CommandPart
  | { readonly kind: 'link'; readonly label: string; readonly address: string }

export interface CommandPart {
  readonly kind: 'command'
  readonly label: string
  readonly command: string
  /** undefined where they cannot be read */
  readonly args: readonly unknown[] | undefined
}

/** More buttons than this in one step are words. */
const mostButtons = 20

const link =
  /\[([^[\]]{1,200})\]\(\s{0,9}<?((?:command:|https?:)[^\s)>]{1,2000})>?(?:\s{1,9}"[^"]{0,200}")?\s{0,9}\)/gi

/**
 * partsOf takes a step's description apart as VS Code does: a link on a line of
 * its own is a button. A command that is named within a text becomes a button
 * below it; links to addresses stay in the text.
 */
export function partsOf(description: string): readonly Part[] {
  const parts: Part[] = []
  let lines: string[] = []
  let buttons = 0
  const flush = (): void => {
    // A line is a line, as it is there; to Markdown it would go on in the next.
    const text = lines.join('  \n').trim()
    if (text) parts.push({ kind: 'text', text })
    lines = []
  }
  for (const line of description.split(/\r?\n/)) {
    const [alone] = [...line.matchAll(link)]
    const isAlone = alone !== undefined && alone[0] === line.trim()
    const found: Part[] = []
    const text = line.replaceAll(link, (whole: string, label: string, target: string) => {
      const part = partOf(label, target)
      if (!part || buttons >= mostButtons || (part.kind === 'link' && !isAlone)) return whole
      buttons++
      found.push(part)
      return label
    })
    if (!isAlone || found.length === 0) lines.push(text)
    if (found.length === 0) continue
    flush()
    parts.push(...found)
  }
  flush()
  return parts
}

function partOf(label: string, target: string): Part | undefined {
  const words = label.trim()
  if (!words) return undefined
  if (!/^command:/i.test(target)) {
    const address = outsideAddress(target)
    return address ? { kind: 'link', label: words, address } : undefined
  }
  const [name = '', query = ''] = split(target.slice('command:'.length), '?')
  // VS Code opens what follows beside the walkthrough; here it opens where it opens.
  const command = decoded(name)?.replace(/^toSide:/, '')
  if (!command) return undefined
  return { kind: 'command', label: words, command, args: argumentsOf(query) }
}

function split(text: string, mark: string): string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function argumentsOf(query: string): readonly unknown[] | undefined {
  if (!query) return []
  for (const text of [decoded(query), query]) {
    try {
      return [JSON.parse(text ?? '') as unknown].flat()
    } catch {
      // The next form.
    }
  }
  return undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/**
 * What completes a step that does not say it: its buttons, or where it has none,
 * that it was looked at.
 */
export function eventsOf(description: string): readonly string[] {
  const events = partsOf(description).flatMap((part) =>
    part.kind === 'command'
      ? [`onCommand:${part.command}`]
      : part.kind === 'link'
        ? [`onLink:${part.address}`]
        : [],
  )
  return events.length > 0 ? events : ['stepSelected']
}
