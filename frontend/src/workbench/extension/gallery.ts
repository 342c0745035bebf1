import {
  ExtensionGalleryResourceType as Resource,
  type IExtensionGalleryManifest,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionGalleryManifest'
import { FilterType } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import type { ExtensionsState } from '../../bridge'
import { galleryAddress, origin } from './address'

/**
 * What the product says of its registry. The page speaks to Go only, which asks
 * the registry, and makes the addresses in its answers such that lead to Go again.
 */
export const galleryProduct = {
  // The workbench of no stable product prefers what is not released yet.
  quality: 'stable',
  extensionsGallery: {
    serviceUrl: galleryAddress,
    itemUrl: '',
    publisherUrl: '',
    resourceUrlTemplate: '',
    extensionUrlTemplate: '',
    controlUrl: '',
    nlsBaseUrl: '',
    mcpUrl: '',
    accessSKUs: [],
  },
}

/**
 * galleryManifest says what the gallery service may ask for. It tells Go the
 * page's origin, asks for nothing that Open VSX has not, counts nobody's
 * installations, and does not demand that everything is signed: what is not is
 * said before it is installed.
 */
export function galleryManifest(
  known: IExtensionGalleryManifest | null,
  registry: string,
): IExtensionGalleryManifest | null {
  if (!known) return null
  const query = {
    id: `${galleryAddress}/extensionquery?origin=${encodeURIComponent(origin)}`,
    type: Resource.ExtensionQueryService,
  }
  const { extensionQuery } = known.capabilities
  // Open VSX features nothing.
  const filtering =
    extensionQuery.filtering?.filter(({ name }) => name !== (FilterType.Featured as string)) ?? []
  const capabilities = { extensionQuery: { ...extensionQuery, filtering } }
  return { ...known, capabilities, resources: [query, ...pages(registry)] }
}

/** Pages for people, opened outside and only when asked for. */
function pages(registry: string): IExtensionGalleryManifest['resources'] {
  if (!/^https?:\/\//.test(registry)) return []
  const top = registry.replace(/\/+$/, '')
  return [
    { id: `${top}/extension/{publisher}/{name}`, type: Resource.ExtensionDetailsViewUri },
    { id: `${top}/extension/{publisher}/{name}/reviews`, type: Resource.ExtensionRatingViewUri },
    { id: `${top}/namespace/{publisher}`, type: Resource.PublisherViewUri },
  ]
}

/** Which registry it is, for where the workbench names one. */
export function registryName({ gallery }: Pick<ExtensionsState, 'gallery'>): string {
  try {
    const { host } = new URL(gallery)
    return host === 'open-vsx.org' ? 'Open VSX' : host
  } catch {
    return 'the registry'
  }
}
