import { registerCustomProvider } from '@codingame/monaco-vscode-files-service-override'
import type { Bridge } from '../../bridge'
import type { HunkEditors, ProposalEditors } from '../../features/review'
import type { PathMap } from '../files/paths'
import { notify } from '../notify'
import { hunkCommands } from './commands'
import { FolderHunks } from './hunkEditors'
import { Layers } from './layers'
import { ProposalDiffs } from './proposalEditors'
import { ProposalFiles, proposalScheme } from './proposalFiles'
import { showInvisible } from './visibleDiffs'
import './review.css'

export type { Layers }

export interface ReviewEditors {
  readonly hunks: HunkEditors
  readonly proposals: ProposalEditors
  /** for others that draw into the same editors */
  readonly layers: Layers
}

/** reviewEditors adds what editors show for a review. It begins when the workbench is there. */
export function reviewEditors(bridge: Bridge, paths: PathMap): ReviewEditors {
  const layers = new Layers()
  const files = new ProposalFiles(bridge)
  const hunks = new FolderHunks(layers, paths)
  const proposals = new ProposalDiffs(layers, files)
  registerCustomProvider(proposalScheme, files)
  hunkCommands(layers)
  void Promise.all([layers.start(), hunks.start(), proposals.start(), showInvisible()]).catch(notify.failure)
  return { hunks, proposals, layers }
}
