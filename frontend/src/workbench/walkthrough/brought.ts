import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IExtensionDescription } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import type { Media, Walkthrough } from '../../features/walkthrough'
import { isExtensionFile, walkthroughsIn, type MediaManifest, type WalkthroughManifest } from '../extension'

const longestName = 200

/** One walkthrough as its extension has it, and as it is shown. */
export interface Brought {
  readonly manifest: WalkthroughManifest
  readonly whole: Walkthrough
}

/** Every walkthrough of an extension names it; see broughtBy. */
export function isOwn({ extension }: Walkthrough): boolean {
  return extension === undefined
}

const known = new WeakMap<IExtensionDescription, readonly Brought[]>()

/** broughtBy reads the walkthroughs of an extension, once. */
export function broughtBy(extension: IExtensionDescription): readonly Brought[] {
  const before = known.get(extension)
  if (before) return before
  const { identifier, name, displayName, contributes } = extension
  const read = walkthroughsIn(contributes?.walkthroughs).map((manifest) => ({
    manifest,
    whole: {
      id: `${identifier.value}#${manifest.id}`,
      extension: { id: identifier.value, name: (displayName ?? name).slice(0, longestName) },
      title: manifest.title,
      description: manifest.description,
      steps: manifest.steps.map(({ id, title, description, media }) => ({
        id,
        title,
        description,
        media: mediaOf(extension, media),
      })),
    },
  }))
  known.set(extension, read)
  return read
}

function mediaOf({ extensionLocation }: IExtensionDescription, media: MediaManifest): Media {
  const words = media.altText
  const { image, markdown } = media
  const address = (path: string) => URI.joinPath(extensionLocation, path).toString()
  if (!isExtensionFile(extensionLocation)) return { words }
  if (markdown !== undefined) return { text: address(markdown), words }
  if (!image) return { words }
  return {
    pictures: {
      dark: address(image.dark),
      light: address(image.light),
      hc: address(image.hc),
      hcLight: address(image.hcLight),
    },
    words,
  }
}
