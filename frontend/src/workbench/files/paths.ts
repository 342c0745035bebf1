import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'

/** PathMap relates the workbench's addresses to the paths of an area. */
export interface PathMap {
  /** The area's path, "." for its top; undefined when the address lies outside. */
  toPath(resource: URI): string | undefined
  toResource(path: string): URI
}

/** folderPaths maps `file:` addresses below an absolute folder. Windows folders may use either slash. */
export function folderPaths(folder: string): PathMap {
  const root = URI.file(folder)
  const top = trimSlash(root.path)
  return {
    toPath(resource) {
      if (resource.scheme !== root.scheme || resource.authority !== root.authority) return undefined
      return below(top, resource.path)
    },
    toResource: (path) => root.with({ path: join(top, path) }),
  }
}

/** below returns path relative to top, "." for top itself, undefined when it is not below. */
export function below(top: string, path: string): string | undefined {
  const clean = trimSlash(path)
  if (clean === top) return '.'
  const prefix = `${top}/`
  return clean.startsWith(prefix) ? clean.slice(prefix.length) : undefined
}

/** join puts a path of an area below a top. */
export function join(top: string, path: string): string {
  return path === '.' || path === '' ? top || '/' : `${top}/${path}`
}

function trimSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}
