import type { ReferenceSources } from '../../features/reference'
import type { PathMap } from '../files/paths'
import { activeEditor } from './active'
import { pointAtSelection } from './code'
import { pointAt, pointAtFile } from './documents'
import { pointAtDrag } from './resources'
import { pointAtTerminal } from './terminal'

export { registerAsk } from './ask'

/** referenceSources is what the workbench has to point at. */
export function referenceSources(paths: PathMap): ReferenceSources {
  return {
    async current() {
      const model = (await activeEditor())?.getModel()
      return model ? pointAt(model, undefined, paths) : undefined
    },
    selection: () => pointAtSelection(paths),
    file: (path) => pointAtFile(paths.toResource(path), path, paths),
    terminal: pointAtTerminal,
    dropped: (data) => pointAtDrag(data, paths),
  }
}
