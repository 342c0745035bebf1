import { getService, IAuthenticationService } from '@codingame/monaco-vscode-api'
import { IAuthenticationAccessService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/authentication/browser/authenticationAccessService.service'
import type {
  AuthenticationSession,
  IAuthenticationProvider,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/authentication/common/authentication'
import { MainThreadAuthentication } from '@codingame/monaco-vscode-extensions-service-override/vscode/vs/workbench/api/browser/mainThreadAuthentication'
import type { Bridge, Disposable } from '../bridge'
import { AccountProvider, serviceScopes } from './authentication'

/** Asking is one getSession of an extension that the workbench has answered. */
export interface Asking {
  providerId: string
  scopes: readonly string[]
  extensionId: string
  extensionName: string
}

/** Seam is what is needed of the workbench between its answer and the extension. */
export interface Seam {
  provider(id: string): IAuthenticationProvider | undefined
  isAllowed(providerId: string, accountLabel: string, extensionId: string): boolean
}

/**
 * withToken puts the token into a session that is on its way to an extension. Go
 * is asked only where the session is one of ours and the person has let this very
 * extension use the account; otherwise the extension gets none.
 */
export async function withToken(
  bridge: Bridge,
  seam: Seam,
  session: AuthenticationSession | undefined,
  { providerId, scopes, extensionId, extensionName }: Asking,
): Promise<AuthenticationSession | undefined> {
  if (!session || !(seam.provider(providerId) instanceof AccountProvider)) return session
  if (!seam.isAllowed(providerId, session.account.label, extensionId)) return undefined
  const { token } = await bridge.Accounts.ExtensionSession({
    accountId: session.id,
    extensionId,
    extensionName,
    scopes: serviceScopes(scopes),
  })
  return { ...session, accessToken: token }
}

/**
 * giveTokens lets extensions have tokens, after consent and not before.
 *
 * Where: an extension's getSession comes to MainThreadAuthentication.$getSession.
 * Its doGetSession first asks the provider for all sessions, then looks up what
 * the person has answered before or asks them (consent, which account), and only
 * then returns one of those sessions, which $getSession sends to the extension.
 * So a token in what the provider returns would be in the page before anyone was
 * asked, also for extensions that are refused, and for every part of the workbench
 * that lists sessions. Therefore the provider's sessions hold none, and it is put
 * in at the one place that is behind the answer and knows the extension: what
 * $getSession returns. Nothing keeps it: the next getSession asks Go again.
 */
export function giveTokens(bridge: Bridge, seam: () => Promise<Seam> = workbenchSeam): Disposable {
  const { prototype } = MainThreadAuthentication
  const answer = prototype.$getSession
  prototype.$getSession = async function (providerId, wanted, extensionId, extensionName, options) {
    const session = await answer.call(this, providerId, wanted, extensionId, extensionName, options)
    const scopes = 'wwwAuthenticate' in wanted ? (wanted.fallbackScopes ?? []) : wanted
    return withToken(bridge, await seam(), session, { providerId, scopes, extensionId, extensionName })
  }
  return { dispose: () => void (prototype.$getSession = answer) }
}

async function workbenchSeam(): Promise<Seam> {
  const [authentication, access] = await Promise.all([
    getService(IAuthenticationService),
    getService(IAuthenticationAccessService),
  ])
  return {
    provider: (id) =>
      authentication.isAuthenticationProviderRegistered(id) ? authentication.getProvider(id) : undefined,
    isAllowed: (...asked) => access.isAccessAllowed(...asked) === true,
  }
}
