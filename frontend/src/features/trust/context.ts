import { createContext } from 'svelte'
import type { WindowHost } from '../../ui/host'
import type { TrustStore } from './store.svelte'

/** What every part of the page needs. */
export interface TrustContext {
  readonly host: WindowHost
  readonly store: TrustStore
}

export const [getTrust, setTrust] = createContext<TrustContext>()
