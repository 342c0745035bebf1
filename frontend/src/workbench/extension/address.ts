import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'

/**
 * The page's own origin. `location.origin` is no help: for a scheme that is not
 * the web's own, as the product's is, an engine may say "null".
 */
export const origin = `${window.location.protocol}//${window.location.host}`

/** The scheme of what the page loads from Go, "wails" in the product. */
export const ownScheme = window.location.protocol.slice(0, -1)

/** Where Go answers for the registry. */
export const galleryAddress = `${origin}/keel/gallery`

/** Below this path Go serves the files of installed extensions. */
const files = '/keel/extension/'

/** locate names an installed extension, or a file of it. */
export function locate(folder: string, file = ''): URI {
  return URI.from({
    scheme: ownScheme,
    authority: window.location.host,
    path: file ? `${files}${folder}/${file}` : `${files}${folder}`,
  })
}

/** isExtensionFile says whether an address is one of the files that Go serves. */
export function isExtensionFile(resource: URI): boolean {
  return (
    resource.scheme === ownScheme &&
    resource.authority === window.location.host &&
    resource.path.startsWith(files)
  )
}
