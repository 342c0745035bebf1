import type { CheckpointHost, DiffTarget } from './host'

/** Opens files' changes in one diff. */
export function openChanges(
  host: CheckpointHost,
  title: string,
  files: readonly DiffTarget[],
): Promise<void> {
  return host.openMultiDiff(title, files)
}
