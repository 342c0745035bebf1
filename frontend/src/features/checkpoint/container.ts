import type { HostContainer } from '../../ui/host'

/** The icon at the left edge where changes are looked at: those of turns, and those between checkpoints. */
export const reviewContainer: HostContainer = {
  id: 'keel.review',
  title: 'Review',
  icon: 'diff-multiple',
}
