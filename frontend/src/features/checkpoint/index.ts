export type * from './host'
export { default as ChangeSummary } from './ChangeSummary.svelte'
export { default as CheckpointMarker } from './CheckpointMarker.svelte'
export { lastChanged, revert, viewChanges } from './restore'
