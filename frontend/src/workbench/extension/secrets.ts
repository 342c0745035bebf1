import type { ISecretStorageProvider } from '@codingame/monaco-vscode-secret-storage-service-override/vscode/vs/platform/secrets/common/secrets'
import { toFailure, type Bridge, type ExtensionSecretKey, type Failure } from '../../bridge'

/** What Go takes at most; a page that sends more would only be slow to hear no. */
const mostSecret = 64 * 1024

/** What a person hears of who could not get at its secrets, and why. */
export type Told = (extensionId: string, failure: Failure) => void

/**
 * ExtensionSecrets is where what extensions keep to themselves goes: to Go, which
 * has it where the person keeps keys and tokens. The workbench's own parts name
 * what they keep otherwise than extensions do; of that nothing is kept.
 */
export class ExtensionSecrets implements ISecretStorageProvider {
  readonly type = 'persisted'
  private trouble = false

  constructor(
    private readonly bridge: Pick<Bridge, 'Extensions'>,
    private readonly told: Told,
  ) {}

  async get(name: string): Promise<string | undefined> {
    const key = parsed(name)
    if (!key) return undefined
    const { found, value } = await this.reach(key.extensionId, () => this.bridge.Extensions.Secret(key))
    return found ? value : undefined
  }

  async set(name: string, value: string): Promise<void> {
    const key = parsed(name)
    if (!key) throw new Error('Only an extension can keep a secret here.')
    if (value.length > mostSecret) throw new Error('A secret can have at most 64 KiB; nothing was changed.')
    // Half a character would arrive as another one.
    if (!value.isWellFormed()) throw new Error('A secret has to be text; nothing was changed.')
    await this.reach(key.extensionId, () => this.bridge.Extensions.KeepSecret(key, value))
  }

  async delete(name: string): Promise<void> {
    const key = parsed(name)
    if (key) await this.reach(key.extensionId, () => this.bridge.Extensions.ForgetSecret(key))
  }

  async keys(): Promise<string[]> {
    const keys = await this.reach('', () => this.bridge.Extensions.SecretKeys())
    return keys.map(({ extensionId, key }) => named({ extensionId, key }))
  }

  /**
   * Tells the person once, until it works again, where they can do something about
   * it; the extension gets the error each time.
   */
  private async reach<T>(extensionId: string, act: () => Promise<T>): Promise<T> {
    try {
      const result = await act()
      this.trouble = false
      return result
    } catch (cause) {
      const failure = toFailure(cause)
      if (extensionId && !this.trouble && isPersons(failure)) {
        this.trouble = true
        this.told(extensionId, failure)
      }
      throw new Error([failure.message, failure.hint].filter(Boolean).join(' '), { cause })
    }
  }
}

/** What is wrong is not with the extension. */
function isPersons({ code }: Failure): boolean {
  return code === 'not_allowed' || code === 'busy' || code === 'broken' || code === 'timeout'
}

function named({ extensionId, key }: ExtensionSecretKey): string {
  return JSON.stringify({ extensionId, key })
}

/** parsed reads the name of a secret as the workbench makes it for an extension, and no other. */
function parsed(name: string): ExtensionSecretKey | undefined {
  try {
    const value: unknown = JSON.parse(name)
    if (typeof value !== 'object' || value === null || !('extensionId' in value) || !('key' in value))
      return undefined
    const { extensionId, key } = value
    if (typeof extensionId !== 'string' || typeof key !== 'string' || !key.isWellFormed()) return undefined
    return named({ extensionId, key }) === name ? { extensionId, key } : undefined
  } catch {
    return undefined
  }
}
