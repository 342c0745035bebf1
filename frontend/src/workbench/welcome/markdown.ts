import { partsOf } from '../../features/walkthrough'
import { onOneLine } from '../../lib/visible'

/**
 * asName is a name from somewhere else, as code in Markdown. Nothing in it means anything
 * there, nor becomes a part of a button: two names could make one between them. It stays
 * on its line: code ends with its paragraph, and what comes after would mean something.
 */
export function asName(name: string): string {
  const plain = withoutBrackets(onOneLine(name.slice(0, 200)))
    .replaceAll('`', "'")
    .trim()
  return plain ? `\`${plain}\`` : 'one without a name'
}

/** asWords is a text from somewhere else that is to be read as such; nothing in it means anything in Markdown. */
export function asWords(text: string): string {
  return withoutBrackets(onOneLine(text.slice(0, 500))).replaceAll(/[!-/:-@[-`{-~]/g, '\\$&')
}

/** button is a line that becomes a button of a step; empty where it would not become one. */
export function button(label: string, command: string, ...args: readonly string[]): string {
  const words = withoutBrackets(onOneLine(label)).slice(0, 160)
  const given = args.length > 0 ? `?${encodeURIComponent(JSON.stringify(args))}` : ''
  const line = `[${words}](command:${command}${given.replaceAll('(', '%28').replaceAll(')', '%29')})`
  // What is too long for one, such as a path, would stand there as it is written here.
  return partsOf(line).some(({ kind }) => kind === 'command') ? line : ''
}

/** Of Markdown's own signs, those that would end the words of a button, or begin one. */
function withoutBrackets(text: string): string {
  return text.replaceAll('[', '(').replaceAll(']', ')')
}
