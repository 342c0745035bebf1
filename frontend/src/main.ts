import { isCancellationError } from '@codingame/monaco-vscode-api/vscode/vs/base/common/errors'
import { connect, type Bridge, type ExtensionsState, type Notice } from './bridge'
import { startAccess } from './features/access'
import { askToSignIn, startAccounts } from './features/account'
import { startAudit } from './features/audit'
import { startChat, viewId as chatView, type ChatHost } from './features/chat'
import { fileHistory, startCheckpoints } from './features/checkpoint'
import { askAboutPlan } from './features/extension'
import { startImport } from './features/import'
import { startReview } from './features/review'
import { startSecrets } from './features/secret'
import { startTrust } from './features/trust'
import { startUpdates } from './features/update'
import { keepAccountsMenu } from './workbench/accounts'
import { provideAuthentication, type SignInAsker } from './workbench/authentication'
import { giveTokens } from './workbench/authenticationTokens'
import { provideAbout } from './workbench/about'
import { boot } from './workbench/boot'
import { Plans } from './workbench/extension'
import { rememberBackground } from './workbench/background'
import { chatHost } from './workbench/chatHost'
import { provideCrashReports } from './workbench/crashReports'
import { keepBytes } from './workbench/encodings'
import { folderPaths } from './workbench/files/paths'
import { isCancelledInstallation } from './workbench/extension'
import { failureText, showFailure } from './workbench/failure'
import { tellEditorState } from './workbench/editorState'
import { offerImport } from './workbench/importMenu'
import { extensionInstaller } from './workbench/installing'
import { openLinksOutside } from './workbench/links'
import { notify } from './workbench/notify'
import { saveLayoutSoon } from './workbench/saving'
import { followRequests } from './workbench/opening'
import { reportProblems } from './workbench/settings'
import { provideTimeline } from './workbench/timeline'
import { reach, reportTimings } from './workbench/timings'
import { followTitle } from './workbench/title'
import { provideWalkthroughs } from './workbench/walkthrough'
import './style.css'

async function main(root: HTMLElement): Promise<void> {
  reach('loaded')
  const bridge = connect()
  const [state, schema, extensions] = await Promise.all([
    bridge.Window.State(),
    bridge.Settings.Schema(),
    // Without it the window still opens; what lists them says why it cannot.
    bridge.Extensions.State().catch(() => noExtensions),
  ])
  reach('answered')
  const host = chatHost(bridge, state.workspace.path)
  const plans = new Plans(bridge, (plan) => askAboutPlan(host, plan))
  const review = startReview(host)
  startChat(host, review)
  startCheckpoints(host, chatView)
  startTrust(host)
  startImport({ ...host, installExtensions: extensionInstaller(plans) })
  offerImport()
  startAccess(host, chatView)
  startAccounts(host, chatView)
  startAudit(host, chatView)
  startUpdates(host)
  provideWalkthroughs(host, state)
  provideAbout(host)
  provideCrashReports(host)
  giveTokens(bridge) // before any extension can ask
  const folders = await boot(root, bridge, state, schema, extensions, plans)
  reach('initialized')

  const ask: SignInAsker = (request) => askToSignIn(host, request)
  keepAccountsMenu(host, ask)
  void provideAuthentication(bridge, ask).catch(notify.failure)

  await Promise.all([openLinksOutside(bridge), saveLayoutSoon(), rememberBackground(), keepBytes()])
  if (state.workspace.path) {
    const paths = folderPaths(state.workspace.path)
    void tellEditorState(bridge, paths)
    void provideTimeline(fileHistory(host), paths)
  }
  followTitle(bridge)
  reportProblems(bridge, host.openFile)
  reportNotices(bridge)
  startSecrets(host)
  askBeforeClosing(bridge, host)
  if (state.crash.kind) {
    void import('./workbench/crash')
      .then(({ tellCrash }) => tellCrash(host, state.crash))
      .catch(notify.failure)
  }
  followRequests(bridge, folders, state.workspace.path)
  if (state.message) notify.error([state.message, state.hint].filter(Boolean).join(' '))
  if (state.timings) void reportTimings(bridge)
}

const noExtensions: ExtensionsState = { seq: 0, gallery: '', network: false, installed: [] }

const severities: Record<string, (message: string) => void> = {
  info: notify.info,
  warning: notify.warn,
  error: notify.error,
}

function reportNotices(bridge: Bridge): void {
  bridge.on('notice', ({ severity, message, hint }: Notice) => {
    const show = severities[severity] ?? notify.info
    show(hint ? `${message} ${hint}` : message)
  })
}

/** Closing the window stops a turn, so a window at work asks first. */
function askBeforeClosing(bridge: Bridge, host: ChatHost): void {
  bridge.on('closing', ({ session }) => {
    void host
      .confirm({
        message: 'Keel is still at work. Close the window and stop it?',
        detail: `“${session}” stops where it is. What it has done stays, and can be taken back when you open the folder again.`,
        primary: 'Stop and Close',
      })
      .then((close) => (close ? bridge.Window.Quit() : bridge.Window.Stay()))
  })
}

/** The workbench ends work that is no longer wanted with such an error; it is no news to anyone. */
window.addEventListener('unhandledrejection', (event) => {
  if (isCancellationError(event.reason) || isCancelledInstallation(event.reason)) event.preventDefault()
})

const root = document.getElementById('root')
if (root) {
  root.dataset.began = 'yes' // public/early.js looks at it
  main(root).catch((cause: unknown) => {
    showFailure(root, cause)
    // Kept on this machine, in the words that are shown; where even that fails, they are still shown.
    void connect()
      .Crashes.Page(failureText(cause))
      .catch(() => undefined)
  })
}
