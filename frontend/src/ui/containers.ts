import type { HostContainer } from './host'

/** Where the views about what the agent has changed stand: the changes, and the checkpoints below them. */
export const reviewContainer: HostContainer = { id: 'keel.review', title: 'Review', icon: 'diff-multiple' }
