import { pieces } from '../../../lib/visible'

/** The hidden characters of a command, each kind once, as "U+202E right-to-left override". */
export function hiddenNames(command: string): string[] {
  const found = pieces(command, 'code').filter((piece) => piece.hidden !== '')
  return [...new Set(found.map((piece) => `${piece.text} ${piece.hidden}`))]
}
