import type { SessionReference } from '../../bridge'
import type { WindowHost } from '../../ui/host'

/** Pointed is a reference that is in no message yet: without an id, and without content. */
export type Pointed = Omit<SessionReference, 'id' | 'content'>

/** ReferenceHost is what pointing at things needs of the window. */
export interface ReferenceHost extends WindowHost {
  readonly sources: ReferenceSources
}

/**
 * ReferenceSources is what the workbench has to point at. Files of which an editor
 * holds unsaved text come with that text in `given`. Paths are workspace-relative
 * with forward slashes.
 */
export interface ReferenceSources {
  /** The file of the active editor. */
  current(): Promise<Pointed | undefined>
  /** What is selected in the active editor; undefined when nothing is. */
  selection(): Promise<Pointed | undefined>
  /** A file, as an editor holds it. */
  file(path: string): Promise<Pointed>
  /** What is selected in the active terminal, else the end of it; undefined when there is none. */
  terminal(): Promise<Pointed | undefined>
  /**
   * What was dropped that is no picture: files and folders of the explorer, editor
   * tabs, text files of the desktop, addresses. Reads `data` at once, as it is empty after the event.
   */
  dropped(data: DataTransfer): Promise<Dropped>
}

/** Dropped is what could be taken of a drop, and what could not. */
export interface Dropped {
  references: readonly Pointed[]
  /** files of the workspace that are pictures: paths */
  pictures: readonly string[]
  /** why something could not be taken, a sentence; empty when all could */
  problem: string
}
