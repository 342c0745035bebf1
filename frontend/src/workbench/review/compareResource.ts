import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { DiffTarget } from '../../features/checkpoint'

export const compareScheme = 'keel-compare'

/** compareResource names the comparison of the two sides of a change as a whole. */
export function compareResource({ path, kind, from, before, after }: DiffTarget): URI {
  const query = new URLSearchParams({ kind, before })
  if (from) query.set('from', from)
  if (after !== null) query.set('after', after)
  return URI.from({ scheme: compareScheme, path: `/${path}`, query: query.toString() })
}

const kinds: readonly DiffTarget['kind'][] = ['added', 'deleted', 'modified', 'renamed']

/** compareTarget is the reverse of compareResource. */
export function compareTarget(resource: URI): DiffTarget {
  const query = new URLSearchParams(resource.query)
  const from = query.get('from')
  return {
    path: resource.path.slice(1),
    kind: kinds.find((kind) => kind === query.get('kind')) ?? 'modified',
    before: query.get('before') ?? '',
    after: query.get('after'),
    ...(from ? { from } : {}),
  }
}
