import { sentText } from './whatIsSent'

/** AboutDocument is a text that comes with Keel, and is shown as one that cannot be changed. */
export interface AboutDocument {
  /** of its button */
  readonly label: string
  /** of its tab */
  readonly name: string
  readonly load: () => Promise<string | undefined>
}

/** Every connection that Keel makes, with its switch. */
export const whatIsSent: AboutDocument = {
  label: 'What Keel Sends',
  name: 'What Keel Sends.md',
  load: async () => sentText((await import('../../../../README.md?raw')).default),
}

export const documents: readonly AboutDocument[] = [
  whatIsSent,
  {
    label: 'Licence',
    name: 'Licence of Keel.txt',
    load: async () => (await import('../../../../LICENSE?raw')).default,
  },
  {
    label: 'Third-Party Notices',
    name: 'Third-Party Notices.txt',
    load: () => loadDocument('/about/notices.txt.gz'),
  },
  {
    label: 'Bill of Materials',
    name: 'Bill of Materials.cdx.json',
    load: () => loadDocument('/about/sbom.cdx.json.gz'),
  },
]

/** What stands in the place of a text that this build does not have. */
export const missing =
  'This build of Keel does not hold this text: the page was built by itself.\n\nThe packages of Keel hold it, and so does what “task build” makes. To write it from the sources:\n\n    go run ./build/notices -version 0 -tags desktop,production,webkit2_41 -notices notices.txt -sbom sbom.cdx.json\n'

/** loadDocument reads a compressed text of the window's; undefined where there is none. */
export async function loadDocument(address: string): Promise<string | undefined> {
  const response = await fetch(address).catch(() => undefined)
  if (!response?.ok || !response.body) return undefined
  const bytes = new Uint8Array(await response.arrayBuffer())
  // What a server gives in the place of something that is not there is no such text.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(unpacked).text()
}
