import { Failure, toFailure } from '../../bridge'
import type { CodeTarget } from '../../features/chat'
import type { PathMap } from '../files/paths'
import type { Layers } from '../review'
import { apply } from './apply'
import { insert } from './insert'
import { Previews } from './preview'

/** codeTarget is where code of the chat can go. What fails has changed nothing; its message says what to do, too. */
export function codeTarget(paths: PathMap, layers: Layers): CodeTarget {
  const previews = new Previews(layers)
  return {
    insert: (code) => insert(code).catch(failWhole),
    apply: (code, _language, path) => apply(code, path, paths, previews).catch(failWhole),
  }
}

function failWhole(cause: unknown): never {
  const { code, message, hint } = toFailure(cause)
  throw new Failure(code, [message, hint].filter(Boolean).join(' '), '')
}
