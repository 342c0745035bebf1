import type { ReferenceSources } from '../../features/reference'
import type { PathMap } from '../files/paths'

/** referenceSources is what the workbench has to point at. */
export function referenceSources(_paths: PathMap): ReferenceSources {
  return {
    current: async () => undefined,
    selection: async () => undefined,
    file: async (path) => ({ kind: 'file', name: path, path }),
    terminal: async () => undefined,
    dropped: async () => ({ references: [], pictures: [], problem: '' }),
  }
}
