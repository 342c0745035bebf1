import { plainVisible } from '../../lib/visible'

/**
 * named is a name from somewhere else, as code in Markdown. Nothing in it means anything
 * there, nor becomes a part of a button: two names could make one between them.
 */
export function named(name: string): string {
  const plain = plainVisible(name.slice(0, 200))
    .replaceAll('`', "'")
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .trim()
  return plain ? `\`${plain}\`` : 'one without a name'
}

/** button is a line that becomes a button of a step. */
export function button(label: string, command: string, ...args: readonly string[]): string {
  // Of Markdown's own signs, those that would end the words or the address.
  const words = plainVisible(label.replaceAll(/[[\]\r\n]/g, ' ')).slice(0, 160)
  const given = args.length > 0 ? `?${encodeURIComponent(JSON.stringify(args))}` : ''
  return `[${words}](command:${command}${given.replaceAll('(', '%28').replaceAll(')', '%29')})`
}
