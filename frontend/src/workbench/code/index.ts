import type { CodeTarget } from '../../features/chat'
import type { PathMap } from '../files/paths'
import { notify } from '../notify'
import type { Layers } from '../review'
import { apply } from './apply'
import { insert } from './insert'
import { Previews } from './preview'

/** codeTarget is where code of the chat can go. What fails says so itself, and changes nothing. */
export function codeTarget(paths: PathMap, layers: Layers): CodeTarget {
  const previews = new Previews(layers)
  return {
    async insert(code) {
      try {
        return await insert(code)
      } catch (cause) {
        notify.failure(cause)
        return true // there was an editor
      }
    },
    async apply(code, _language, path) {
      try {
        return await apply(code, path, paths, previews)
      } catch (cause) {
        notify.failure(cause)
        return 'cancelled'
      }
    },
  }
}
