import {
  TitleEventSource,
  type IPtyHostAttachTarget,
  type ITerminalsLayoutInfo,
  type ITerminalsLayoutInfoById,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/terminal/common/terminal'
import type { Terminal, Workspace } from '../../bridge'

/** SavedLayout is how terminals stood in their tabs; Go's ids outlive a page, the workbench's do not. */
export interface SavedLayout {
  tabs: { active: boolean; current: string; terminals: { size: number; id: string }[] }[]
}

/** parseSaved reads what was stored; a text it cannot read is no layout. */
export function parseSaved(stored: string | undefined): SavedLayout {
  try {
    const saved = JSON.parse(stored ?? '') as Partial<SavedLayout>
    return { tabs: Array.isArray(saved.tabs) ? saved.tabs : [] }
  } catch {
    return { tabs: [] }
  }
}

/** toSaved keeps a layout under Go's ids. */
export function toSaved(
  layout: ITerminalsLayoutInfoById,
  nameOf: (id: number) => string | undefined,
): SavedLayout {
  return {
    tabs: layout.tabs.map((tab) => ({
      active: tab.isActive,
      current: nameOf(tab.activePersistentProcessId ?? 0) ?? '',
      terminals: tab.terminals.flatMap(({ relativeSize, terminal }) => {
        const id = nameOf(terminal)
        return id === undefined ? [] : [{ size: relativeSize, id }]
      }),
    })),
  }
}

/**
 * toRestored puts the terminals that still run back into their tabs; one that
 * has no place gets a tab of its own.
 */
export function toRestored(
  saved: SavedLayout,
  running: readonly Terminal[],
  numberOf: (id: string) => number,
  workspace: Workspace,
): ITerminalsLayoutInfo {
  const left = new Map(running.map((terminal) => [terminal.id, terminal]))
  const take = (id: string): IPtyHostAttachTarget | undefined => {
    const terminal = left.get(id)
    left.delete(id)
    return terminal && target(terminal, numberOf(id), workspace)
  }
  const tabs = saved.tabs.map((tab) => ({
    isActive: tab.active,
    activePersistentProcessId: tab.current ? numberOf(tab.current) : undefined,
    terminals: tab.terminals.flatMap(({ id, size }) => {
      const terminal = take(id)
      return terminal ? [{ relativeSize: size, terminal }] : []
    }),
  }))
  const others = [...left.keys()].map((id) => ({
    isActive: false,
    activePersistentProcessId: numberOf(id),
    terminals: [{ relativeSize: 1, terminal: take(id) ?? null }],
  }))
  return { tabs: [...tabs.filter((tab) => tab.terminals.length > 0), ...others], background: null }
}

function target(terminal: Terminal, id: number, workspace: Workspace): IPtyHostAttachTarget {
  return {
    id,
    pid: terminal.process,
    title: terminal.title,
    titleSource: TitleEventSource.Process,
    cwd: terminal.folder,
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    isOrphan: true,
    icon: undefined,
    fixedDimensions: undefined,
    environmentVariableCollections: undefined,
    hasChildProcesses: false,
    shellIntegrationNonce: '',
  }
}
