// Made by `task gen` from app/bind and app/wire. Do not edit.

/** AWSChoices is what can be chosen for Amazon Bedrock. */
export interface AWSChoices {
  /** of the AWS configuration files */
  profiles: string[]
  /** that serve Bedrock */
  regions: string[]
  /** in force; empty for the default chain */
  profile: string
  region: string
  /** whose credentials are used where no profile is chosen; empty for none */
  account: string
  /** AWS configuration files that are there and could not be read, which may hold more */
  unread: string[]
}

/** About is which build this is, and what it runs on. */
export interface About {
  version: string
  /** whole; empty where the build does not know it */
  commit: string
  /** the sources were not as in that commit */
  changed: boolean
  go: string
  /** what draws the window, as "WebKitGTK 2.50.1"; empty where that is not known */
  engine: string
  /** as "Debian GNU/Linux 12 (bookworm), amd64" */
  system: string
}

/** AccessChange is how a person changes an item. */
export interface AccessChange {
  /** "" nothing to change; setting, variable, network: what Target names */
  kind: string
  /** a setting's key, a variable's name */
  target: string
  /** of a switch: how it stands */
  on: boolean
}

/**
 * AccessItem is one thing and how free the agent is in it. Secrets are shown by
 * their name only.
 */
export interface AccessItem {
  name: string
  /** where it lies or what it means; may be empty */
  detail: string
  level: AccessLevel
  change: AccessChange
}

/** AccessLevel is how free the agent is in something. */
export type AccessLevel = 'asks' | 'none' | 'open'

/** AccessPractice is advice that stands beside the list. */
export interface AccessPractice {
  title: string
  text: string
  /** it already holds here, as far as can be seen */
  done: boolean
}

/**
 * AccessSection is one kind of thing that the agent may reach: files,
 * repositories, variables, cloud credentials, accounts, network, sandbox.
 */
export interface AccessSection {
  /** files, repositories, environment, aws, accounts, network, sandbox */
  id: string
  title: string
  /** a sentence */
  summary: string
  items: AccessItem[]
}

/** AccessState is what the agent can reach, for a person to look through. */
export interface AccessState {
  sections: AccessSection[]
  practices: AccessPractice[]
}

/** Account is somebody at a service. */
export interface Account {
  id: string
  kind: AccountKind
  host: string
  /** what the service is called */
  service: string
  /** what tells it from others: @login, or an address */
  label: string
  /** may be empty */
  name: string
  /** may be empty */
  email: string
  /** a data: URL of a small picture; may be empty */
  avatar: string
  /** it must sign in again */
  expired: boolean
  /** why; empty while it is good */
  message: string
  /** with what they hold: one that is not here is missing; none: not known */
  scopes: string[]
  signedInAt: number
  /** where the person sees and takes back what Keel may do; may be empty */
  manage: string
  uses: AccountUse[]
  /** of AWS: 123456789012/ReadOnly; empty before one is chosen */
  role: string
  /** of AWS */
  startUrl: string
  /** of AWS */
  region: string
}

/** AccountKind is a kind of service that one signs in at. */
export type AccountKind = 'aws' | 'github' | 'google'

/** AccountRole is an AWS account and a role in it. */
export interface AccountRole {
  /** 123456789012/ReadOnly */
  role: string
  account: string
  /** of the AWS account */
  name: string
  email: string
}

/** AccountService is a place to sign in at. */
export interface AccountService {
  kind: AccountKind
  host: string
  title: string
  /** device, browser; the preferred one first; none: see Setup */
  methods: string[]
  /** what is missing and how to get it, at most three sentences */
  setup: string[]
  /** where a client id is made; may be empty */
  setupAddress: string
  /** that takes it; empty when none does */
  setting: string
  /** a client secret can be kept for it */
  takesSecret: boolean
  hasSecret: boolean
  /** of AWS: what its configuration knows */
  starts: AccountStart[]
}

/** AccountStart is an identity centre that the AWS configuration knows. */
export interface AccountStart {
  name: string
  startUrl: string
  region: string
}

/** AccountUse is something that an account is good for, with its switch. */
export interface AccountUse {
  /** github-models, github-pages, git-terminal, git-agent, bedrock */
  use: string
  title: string
  detail: string
  on: boolean
  /** why it cannot be switched on; empty when it can */
  blocked: string
  /** Asks: switching it on signs in again first, for further rights. */
  asks: boolean
}

/**
 * AccountsState is who is signed in where, and where one can sign in. It holds no
 * token.
 */
export interface AccountsState {
  seq: number
  accounts: Account[]
  /** GitHub first, then Google, then AWS */
  services: AccountService[]
  /** under way, or ended and not yet taken off the list */
  signIns: SignIn[]
}

/** ApprovalAnswer answers the question that a tool call waits for. */
export interface ApprovalAnswer {
  sessionId: string
  approvalId: string
  /** of what was shown */
  hash: string
  approved: boolean
  /** why it was rejected, for the agent to read */
  feedback: string
  /** a pattern to add to the trusted commands; empty for none */
  trust: string
  /** Scope is where Trust counts: this session, this workspace or always. */
  scope: TrustScope
  /**
   * Command is the command as the person changed it before they agreed to it;
   * empty when it is the one that was shown.
   */
  command: string
}

/** Effect is what a decision allows. */
export type ApprovalEffect = 'allow' | 'ask' | 'deny'

/**
 * Tier is who says something about an act. What is built in counts before what
 * the user says, that before what the opened folder says, which can only
 * tighten, and that before what was agreed to for one session or run.
 */
export type ApprovalTier = 'built in' | 'run' | 'session' | 'user' | 'workspace'

/** Area is a folder tree the page can reach. */
export type Area = 'config' | 'data' | 'workspace'

/** AuditChanged says that the audit log has grown. */
export interface AuditChanged {
  seq: number
}

/** Event says what an entry tells. */
export type AuditEvent = 'answer' | 'decision' | 'outcome' | 'trust'

/** AuditPage is a part of the audit log. */
export interface AuditPage {
  /** of the last [AuditChanged] it holds */
  seq: number
  entries: AuditRecord[]
  /** there are older ones */
  more: boolean
  /** that the log knows, the last used first */
  sessions: AuditSession[]
  /** absolute: where the log lies */
  file: string
  /** lines that could not be read */
  damaged: number
}

/**
 * AuditQuery chooses entries of the audit log, the newest first. Empty fields
 * choose everything.
 */
export interface AuditQuery {
  sessionId: string
  /** of tool: read, search, edit, delete, move, execute, fetch, other; or trust */
  kind: string
  /** as in [audit.Record] */
  outcome: string
  /** anywhere in command, paths, title or reason; upper and lower case alike */
  text: string
  /** entries with a smaller number only; 0 for the newest */
  before: number
  /** 0 for 200 */
  limit: number
}

/** Record is a call as its entries tell it, or another event alone. */
export interface AuditRecord {
  /** from 1, without gaps; given by [Log.Append] */
  seq: number
  /** Unix milliseconds */
  at: number
  event: AuditEvent
  sessionId?: string
  turnId?: string
  /** the item's id: joins the entries of one call */
  callId?: string
  tool?: string
  /** of tool, in the session's words */
  kind?: string
  title?: string
  paths?: string[]
  command?: string
  folder?: string
  mode?: string
  /** of what was decided about */
  hash?: string
  /** allow, ask, deny */
  effect?: string
  rule?: string
  tier?: string
  pattern?: string
  reason?: string
  /** approved, rejected, cancelled */
  answer?: string
  /** why it was rejected */
  feedback?: string
  /** the command before the person changed it */
  original?: string
  /** the call's, in the session's words */
  status?: string
  exitCode?: number
  hasExit?: boolean
  durationMs?: number
  /** allowed, approved, rejected, denied, failed, cancelled, waiting; or trust */
  outcome: string
}

/** AuditSession is a session that the audit log knows. */
export interface AuditSession {
  id: string
  /** empty when the session is gone */
  title: string
}

/** ChangeSet is what one turn has changed, with what was decided about it. */
export interface ChangeSet {
  turnId: string
  /** the first line of the prompt */
  title: string
  /** Unix milliseconds, of the turn's end; 0 while it runs */
  at: number
  before: string
  /** empty while the turn runs */
  after: string
  reverted: string
  status: ReviewStatus
  files: ReviewFile[]
  /** what a revert could not take back, to be decided on */
  left: SessionLeftAlone[]
  added: number
  removed: number
  /** files that still have something to be decided */
  pending: number
}

/** Checkpoint is a state of the workspace that can be restored. */
export interface Checkpoint {
  id: string
  createdAt: number
  reason: string
  label: string
  /** that a person gave it since; what a person made has its name as Label */
  name: string
  sessionId: string
  turnId: string
  complete: boolean
  files: number
  changed: number
  /** never cleaned up */
  pinned: boolean
  /** paths it does not cover, with the reason */
  problems: string[]
}

/**
 * CheckpointActivity is what the checkpoint store is at. It holds all there is,
 * so that the newest by Seq is enough.
 */
export interface CheckpointActivity {
  seq: number
  /** under way, the oldest first */
  works: CheckpointWork[]
  /** not yet seen */
  notices: CheckpointNotice[]
  /** grows whenever Checkpoints.List returns something else */
  listed: number
}

/** CheckpointNotice is something to tell a person once. */
export interface CheckpointNotice {
  id: number
  /** watcher-off, recovered, late-change or damaged */
  kind: string
  /** whole sentences */
  text: string
}

/** CheckpointUsage is what the checkpoints of the folder take. */
export interface CheckpointUsage {
  bytes: number
  cap: number
  checkpoints: number
  pinned: number
  /** 0 without any */
  oldestAt: number
}

/**
 * CheckpointWork is something under way: first-capture, capturing, restoring,
 * tidying or verifying.
 */
export interface CheckpointWork {
  work: string
  /** files */
  done: number
  /** 0 when not known */
  total: number
}

/** CheckpointsPruned is what a clean-up took away. */
export interface CheckpointsPruned {
  /** checkpoints */
  removed: number
  kept: number
  freed: number
  /** all that may go is gone, and it is still too much */
  overCap: boolean
}

/** CheckpointsPurged is what was taken out of the history. */
export interface CheckpointsPurged {
  /** that held the path */
  checkpoints: number
  contents: number
  freed: number
}

/**
 * Closing asks the page whether the window may close although a turn runs; the
 * page answers with Window.Quit, or not at all.
 */
export interface Closing {
  /** the title of the session at work */
  session: string
}

/** Code is the closed set of failures the page can tell apart. */
export type Code = 'bad_pattern' | 'broken' | 'busy' | 'cancelled' | 'changed' | 'disk_full' | 'elsewhere' | 'exists' | 'internal' | 'invalid' | 'is_folder' | 'missing_tool' | 'needs_consent' | 'no_record' | 'no_workspace' | 'not_allowed' | 'not_folder' | 'not_found' | 'outside' | 'provider' | 'set_aside' | 'too_large'

/** Conflict is a path that a restore leaves as it is, and why. */
export interface Conflict {
  path: string
  reason: string
}

/** CrashEntry is a report in the list of those that are kept. */
export interface CrashEntry {
  name: string
  kind: CrashKind
  /** Unix milliseconds */
  at: number
}

/** CrashKind says what has ended by a fault. */
export type CrashKind = '' | 'page' | 'program'

/** CrashNotice says that something has ended by a fault. */
export interface CrashNotice {
  kind: CrashKind
  /** the report's name; empty where there is none */
  report: string
}

/** CrashReport is what is known about a fault, without secrets. */
export interface CrashReport {
  name: string
  text: string
  /** absolute */
  path: string
}

/** DeniedText is a text that makes a command ask, however it is trusted. */
export interface DeniedText {
  text: string
  /** the opened folder's own settings ask for it */
  folder: boolean
}

/**
 * File is the comparison of two versions of one path. Hunks is empty and the
 * counts are 0 when Binary or TooLarge; else Added and Removed count lines.
 */
export interface DiffFile {
  path: string
  /** the old path of a renamed file */
  from?: string
  kind: DiffKind
  added: number
  removed: number
  binary?: boolean
  tooLarge?: boolean
  hunks?: DiffHunk[]
}

/**
 * Hunk is a run of changed lines with up to three lines around it. Starts are
 * 1-based line numbers; as in the unified format, a side without lines starts
 * at the line it stands behind (0 at the top).
 */
export interface DiffHunk {
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  lines: DiffLine[]
}

/** Kind is what happened to a path. */
export type DiffKind = 'added' | 'deleted' | 'modified' | 'renamed'

/**
 * Line is one line of a hunk, with its own line ending where it has one. Text
 * holds the file's bytes; encoding it as JSON loses those that are not UTF-8,
 * which is enough to show it but not to apply it.
 */
export interface DiffLine {
  op: DiffOp
  text: string
}

/** Op says on which side a line stands. */
export type DiffOp = 'delete' | 'equal' | 'insert'

/** Error is how a failure reaches the page, which branches on Code only. */
export interface Error {
  code: Code
  /** what happened and what is safe */
  message: string
  /** what to do next; may be empty */
  hint: string
}

/** Example is a prompt that works in this workspace. */
export interface Example {
  prompt: string
  what: string
  /** without content */
  references: SessionReference[]
  /** for the practice model, which understands little else */
  practice: boolean
}

/**
 * Extension is an extension that is installed. What it says of itself comes from
 * strangers: it is data, never markup.
 */
export interface Extension {
  /** publisher.name, as the manifest writes it */
  id: string
  version: string
  /** its name below /keel/extension/ */
  folder: string
  kind: ExtensionKind
  /** package.json as text */
  manifest: string
  /** package.nls.json as text; empty: none */
  translations: string
  /** JSON that the workbench keeps with it; may be empty */
  metadata: string
  /** a name in the folder; empty: none */
  readme: string
  /** a name in the folder; empty: none */
  changelog: string
  /** bytes on the disk */
  size: number
  installedAt: number
}

/** ExtensionInstallRequest installs one extension of a plan that was agreed to. */
export interface ExtensionInstallRequest {
  planId: string
  id: string
  version: string
  /** JSON that is kept with it */
  metadata: string
}

/** ExtensionKind is what an extension needs to work. */
export type ExtensionKind = 'declarative' | 'node' | 'web'

/**
 * ExtensionPlan is everything that would be installed. Its id names exactly this
 * list, once.
 */
export interface ExtensionPlan {
  id: string
  items: ExtensionPlanItem[]
}

/** ExtensionPlanItem is one extension of a plan. */
export interface ExtensionPlanItem {
  id: string
  version: string
  displayName: string
  publisherName: string
  /** asked, pack, dependency */
  why: string
  kind: ExtensionKind
  /** the registry knows who the publisher is */
  verified: boolean
  /** nothing of this publisher has been agreed to yet */
  newPublisher: boolean
  /** the registry has a signature, which is checked */
  signed: boolean
  /** the registry gives neither checksum nor signature to compare it with */
  unchecked: boolean
  /** the version that is there now; empty: none */
  installed: string
  /** bytes of the download; 0: not known */
  size: number
  /** a sentence: why it cannot be installed; empty: it can */
  refused: string
}

/** ExtensionPlanRequest asks what installing an extension would bring along. */
export interface ExtensionPlanRequest {
  id: string
  /** empty: the newest */
  version: string
  preRelease: boolean
  /** a token of PickFile or of a dropped file: that file is installed; empty: from the registry */
  file: string
  /** a newer version of what is installed */
  update: boolean
}

/** ExtensionProgress is how far an installation is. */
export interface ExtensionProgress {
  jobId: string
  /** of the extension */
  id: string
  /** waiting, downloading, checking, extracting, done, failed, cancelled */
  phase: string
  /** bytes */
  done: number
  /** bytes; 0: not known */
  total: number
  ended: boolean
  /** why it failed; null: it did not */
  error: Error | null
}

/**
 * ExtensionSecret is a secret on its way to the extension that keeps it, and to
 * nobody else.
 */
export interface ExtensionSecret {
  value: string
  /** there is one; an empty one is one, too */
  found: boolean
}

/** ExtensionSecretKey names a secret of an extension. */
export interface ExtensionSecretKey {
  extensionId: string
  /** the extension's own word */
  key: string
}

/**
 * ExtensionSession is the one thing on the bridge that holds a token of Keel's: it
 * is for an extension, which cannot be given it otherwise, and is in the audit log.
 */
export interface ExtensionSession {
  token: string
}

/**
 * ExtensionSessionRequest asks for a token for an extension that the person has
 * let use an account.
 */
export interface ExtensionSessionRequest {
  accountId: string
  extensionId: string
  extensionName: string
  scopes: string[]
}

/** ExtensionsState is what is installed and how extensions are dealt with. */
export interface ExtensionsState {
  seq: number
  /** the address of the registry */
  gallery: string
  /** extensions may use the network */
  network: boolean
  installed: Extension[]
}

/** FileChange is one changed path; Kind is added, changed or deleted. */
export interface FileChange {
  path: string
  kind: string
}

/**
 * FileEntry is one path of an area. Path is relative, with forward slashes, "."
 * for the top.
 */
export interface FileEntry {
  path: string
  name: string
  /** file, folder, symlink, other */
  kind: string
  /** what a symlink leads to, "" when nowhere or outside */
  target: string
  size: number
  modifiedAt: number
  createdAt: number
  readOnly: boolean
  /** differs whenever the bytes may */
  version: string
}

/** FileMatches is the answer to a [FileSearch], best first. */
export interface FileMatches {
  paths: string[]
  limitHit: boolean
}

/**
 * FileReview is what the agent changed in one file, where it stands now. Hunks
 * of all turns are in the order of their lines.
 */
export interface FileReview {
  path: string
  hunks: ReviewHunk[]
  /**
   * Whole are changes that are all or nothing, of binary, new, deleted, renamed
   * and very large files among them.
   */
  whole: ReviewWhole[]
}

/**
 * FileReviewRequest asks for one file. Unsaved is the text that an editor holds
 * of it, if it holds any.
 */
export interface FileReviewRequest {
  sessionId: string
  path: string
  unsaved: UnsavedText[]
}

/** FileSearch looks for files by name. */
export interface FileSearch {
  /** fuzzy; empty for all */
  pattern: string
  include: string[]
  exclude: string[]
  useIgnoreFiles: boolean
  maxResults: number
  cacheKey: string
}

/** FileState is what a checkpoint knows of a path. */
export type FileState = 'absent' | 'other' | 'present' | 'unknown'

/**
 * FileVersion is a file in one checkpoint in which it is not what it was in the
 * one before.
 */
export interface FileVersion {
  checkpointId: string
  /** Unix milliseconds */
  createdAt: number
  reason: string
  label: string
  /** as of a Checkpoint */
  name: string
  sessionId: string
  turnId: string
  pinned: boolean
  state: FileState
  /** bytes, of a file */
  size: number
}

/** FilesChanged says what other programs, the agent or a restore changed on disk. */
export interface FilesChanged {
  area: Area
  seq: number
  /** more changed than was seen: read again what is shown */
  overflow: boolean
  changes: FileChange[]
}

/** FolderTrust says whether what the opened folder holds may run and be obeyed. */
export interface FolderTrust {
  trusted: boolean
  /** the opened folder; empty when none is open */
  path: string
  /** the trusted folder above it by which it is trusted; empty when it is itself */
  parent: string
  /** Effects is what the switch decides, as it stands, each a sentence. */
  effects: string[]
}

/** ImportBinding is an entry of the other editor's keybindings.json. */
export interface ImportBinding {
  key: string
  command: string
  when: string
  /** new or same; differs: the key has another command here, in the same place */
  state: ImportState
}

/** ImportDone is the last import, which can be undone. */
export interface ImportDone {
  /** Unix milliseconds; 0 when there is none */
  at: number
  /** its name */
  editor: string
  settings: number
  bindings: number
  /** what the files are called here */
  snippets: string[]
}

/**
 * ImportEditor is another editor on this machine with what could be taken over from
 * it. Nothing of it has been yet.
 */
export interface ImportEditor {
  id: string
  /** "VS Code" */
  name: string
  /** absolute: where its settings are */
  folder: string
  /** names exactly this; an import of anything else is refused */
  preview: string
  settings: ImportSetting[]
  bindings: ImportBinding[]
  snippets: ImportSnippet[]
  extensions: ImportExtension[]
  leftOut: ImportLeftOut[]
  /** what could not be read, each a sentence */
  problems: string[]
}

/** ImportExtension is an extension that is installed there. */
export interface ImportExtension {
  id: string
  /** empty when not known */
  version: string
}

/** ImportLeftOut is something that is not taken over. */
export interface ImportLeftOut {
  name: string
  /** a sentence */
  reason: string
}

/** ImportRequest is what a person has chosen. */
export interface ImportRequest {
  /** an id */
  editor: string
  /** what they saw */
  preview: string
  /** keys */
  settings: string[]
  /** places in the list */
  bindings: number[]
  /** names there */
  snippets: string[]
}

/** ImportSetting is a key of the other editor's settings.json. */
export interface ImportSetting {
  key: string
  /** JSON */
  value: string
  /** JSON: the value here; empty when there is none */
  mine: string
  state: ImportState
}

/** ImportSnippet is a file of snippets. */
export interface ImportSnippet {
  name: string
  /** what it would be called here */
  as: string
  state: ImportState
}

/** ImportState is how a thing of the other editor stands to what is here. */
export type ImportState = 'differs' | 'new' | 'same'

/** ImportUndone is what an undo did. */
export interface ImportUndone {
  /** what stayed, because it was changed since; each a sentence */
  kept: string[]
}

/** LastRestore is the restore that was done last. */
export interface LastRestore {
  /** empty when no turn was reverted by it */
  sessionId: string
  undo: string
}

/** ModelChoice sets what answers in a session. */
export interface ModelChoice {
  sessionId: string
  provider: string
  model: string
}

/** Notice is something the user should know that no one asked about. */
export interface Notice {
  /** info, warning, error */
  severity: string
  message: string
  hint: string
}

/**
 * Notification is what the system shows while the window is not in front. An
 * empty one takes the last one away.
 */
export interface Notification {
  title: string
  body: string
}

/** OpenFolderRequest asks for another workspace in this window. */
export interface OpenFolderRequest {
  /** absolute, or ~/… */
  path: string
  /** the user agreed to a home folder or a drive's top */
  consent: boolean
  /** the user agreed to finding its checkpoints again, where their record is lost */
  rescue: boolean
  /**
   * SetAside: the user agreed to a new history, with the old one set aside, where
   * a newer version wrote it or it cannot be found again.
   */
  setAside: boolean
}

/** OpenKind is what a request to open something is about. */
export type OpenKind = 'link' | 'place' | 'refused'

/**
 * OpenRequest is what another start of Keel, or a link from outside, asks of this
 * window.
 */
export interface OpenRequest {
  /** for Window.Shown and Closed; of a link for FollowLink or DropLink */
  id: string
  kind: OpenKind
  /** the folder to show, absolute; of a link the one that would open */
  folder: string
  /** a file of that folder; empty for none */
  file: string
  /** from 1; 0 for none */
  line: number
  column: number
  /** tell Window.Closed when the file's editor is closed */
  wait: boolean
  /** the file was shown before the page was loaded again */
  shown: boolean
  /** where the link leads, absolute, without symbolic links */
  path: string
  isFile: boolean
  /** Trusted: of a link, the user trusts the folder that would open. */
  trusted: boolean
  /** Message is why a link is not followed. */
  message: string
}

/** OpenTerminal starts a shell in a pseudo-terminal. */
export interface OpenTerminal {
  /** empty for the user's own */
  shell: string
  args: string[]
  /** absolute; empty for the workspace */
  folder: string
  env: Record<string, string>
  columns: number
  rows: number
}

/** OpenWaiting tells that Window.Requests has something. */
export interface OpenWaiting {
}

/** PathChange is one path that differs between two states. */
export interface PathChange {
  path: string
  kind: DiffKind
  from: string
  /** what stands there, or did, is files only: both sides can be read */
  file: boolean
}

/** Problem is what a language service has found in a file. */
export interface Problem {
  /** relative to the folder */
  path: string
  /** counting from 1 */
  line: number
  /** counting from 1, in UTF-16 units */
  column: number
  /** error, warning, info or hint */
  severity: string
  /** what has found it, like "ts"; may be empty */
  source: string
  message: string
}

/** Prompt is what a person sends. */
export interface Prompt {
  text: string
  images: SessionImage[]
  /** without content */
  references: SessionReference[]
}

/** Property is one of Keel's settings, as the settings editor needs it. */
export interface Property {
  key: string
  /** string, boolean, stringArray, enum, stringMap, integer */
  type: string
  title: string
  /** Markdown */
  description: string
  /** JSON */
  default: string
  enum: string[]
  enumDescriptions: string[]
  /** application, window */
  scope: string
}

/**
 * ProposalDecision decides about hunks of a change that waits for an approval.
 * When none is left undecided, the question is answered by that. The whole
 * content of both sides comes from GET /keel/proposal/APPROVAL?session=S&side=before
 * or after; PUT to the latter with hash=H replaces the proposal by the user's own
 * text.
 */
export interface ProposalDecision {
  sessionId: string
  approvalId: string
  /** of what was shown */
  hash: string
  hunks: string[]
  /** empty takes one back */
  decision: SessionDecision
  /** of a rejection, for the model */
  reason: string
}

/** Model is one model that a provider serves. */
export interface ProviderModel {
  id: string
  name: string
  /** 0 when not known */
  contextTokens: number
  /** it takes pictures; false when not known */
  images: boolean
  /** it is known to take no pictures */
  noImages: boolean
  /** it is known to take no tools */
  noTools: boolean
  price?: ProviderPrice
}

/** Price is what a million tokens cost, in millionths of a US dollar. */
export interface ProviderPrice {
  input: number
  output: number
  cacheRead: number
  cacheWrite: number
}

/** ProviderState is a provider in the model picker. */
export interface ProviderState {
  id: string
  name: string
  /** a labelled stand-in, not a real model */
  practice: boolean
  ready: boolean
  /** what to do when not ready; empty when ready */
  hint: string
  /**
   * NeedsKey is set for a service that takes a key from the keychain, also where
   * there are other ways in; HasKey when one is kept.
   */
  needsKey: boolean
  hasKey: boolean
  /** it runs on this machine */
  local: boolean
  /**
   * Account is whose credentials are used, where they come from an account that is
   * signed in to Keel.
   */
  account?: string
  models: ProviderModel[]
  /** it was asked for its models; one that is not ready, or not chosen, may not be */
  listed: boolean
  /** why the list of models is not whole; empty when it is */
  problem: string
  problemHint: string
}

/** Usage counts tokens; zero means not reported. */
export interface ProviderUsage {
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
}

/** ReferenceLook asks what a reference would hold if it were sent now. */
export interface ReferenceLook {
  /** chosen by the page; names the look in StopLooking */
  id: string
  sessionId: string
  prompt: string
  reference: SessionReference
  /** Again has an address fetched anew that the session holds already. */
  again: boolean
}

/** ReferenceMatch is something to point at. */
export interface ReferenceMatch {
  kind: SessionReferenceKind
  /** "calc.go", "Add" */
  name: string
  path: string
  /** lines of a symbol */
  from: number
  to: number
  /** "function", "type", …; empty for files and folders */
  symbol: string
}

/** ReferenceMatches is the answer to a [ReferenceQuery], best first. */
export interface ReferenceMatches {
  matches: ReferenceMatch[]
  limitHit: boolean
  /**
   * Partial is set while the folder is still being looked through: there may be more,
   * and it may have changed.
   */
  partial: boolean
  /** Problem says why some kind could not be looked for; empty when all could. */
  problem: string
}

/** ReferenceQuery looks for what a prompt can point at. */
export interface ReferenceQuery {
  /** fuzzy; empty for what was used last and what comes first */
  text: string
  /** of file, folder and code (symbols); empty for all three */
  kinds: SessionReferenceKind[]
  max: number
  /**
   * CacheKey names an open picker: its queries share one look at the disk, until
   * Forget.
   */
  cacheKey: string
  /**
   * Whole waits for what is still being looked through, symbols for no longer than a
   * moment; without it, what is known is answered at once.
   */
  whole: boolean
}

/** RestorePlan is what a restore would do. */
export interface RestorePlan {
  write: string[]
  delete: string[]
  /** changed since; taken back only when asked for */
  merge: string[]
  conflicts: Conflict[]
  /** not covered: left alone */
  unknown: string[]
  /** an editor holds unsaved text for them */
  unsaved: string[]
  /** worth asking twice */
  large: boolean
  /** with scope point: that the conversation would lose */
  turns: number
  /** with scope point: that run in the background, and would be stopped with the turns */
  commands: string[]
}

/** RestoreRequest asks to bring files back. */
export interface RestoreRequest {
  /** but for scope checkpoint */
  sessionId: string
  /** with scopes turn and point */
  turnId: string
  /** with scope checkpoint */
  checkpointId: string
  scope: RestoreScope
  /** with scopes turn and checkpoint: only these; empty for all */
  paths: string[]
  /** with scopes turn and session: also what Plan lists under merge */
  merge: boolean
  /** counts as what stands at its paths, and is kept */
  unsaved: UnsavedText[]
  /** with scope point; empty for the files */
  what: RestoreWhat
}

/**
 * RestoreResult is what a restore did. Undo takes it back as it is; its form is
 * of no concern to the page.
 */
export interface RestoreResult {
  written: number
  deleted: number
  /** of the written */
  merged: number
  conflicts: Conflict[]
  unknown: string[]
  /** what an editor should now read again from the disk */
  unsaved: string[]
  undo: string
  /**
   * Prompt is what was asked at the point that the conversation went back to; the
   * turns that it lost are kept in the session Copy.
   */
  prompt: string
  copy: string
  /** what became of the conversation, in sentences; empty where it was not about it */
  note: string
}

/** RestoreScope is what a restore takes back. */
export type RestoreScope = 'checkpoint' | 'point' | 'session' | 'turn'

/** RestoreWhat is what goes back to a point. */
export type RestoreWhat = 'both' | 'conversation' | 'files'

/**
 * ReviewDecision decides about changes: of a session, of one of its turns, of a
 * file, or of hunks of a file. What is left empty means all.
 */
export interface ReviewDecision {
  sessionId: string
  turnId: string
  path: string
  /** with TurnID and Path */
  hunks: string[]
  /** accepted, rejected; empty to take an acceptance back */
  decision: SessionDecision
  /** as in RestoreRequest */
  unsaved: UnsavedText[]
}

/** ReviewFile is one file of a change set. */
export interface ReviewFile {
  path: string
  from: string
  kind: DiffKind
  by: SessionAuthor
  added: number
  removed: number
  binary: boolean
  /**
   * AlsoUser is set when the agent changed the path and, during the same
   * turn, something else did too: reverting the turn leaves it alone unless
   * the path is named.
   */
  alsoUser: boolean
  /**
   * Also is that something else, where AlsoUser is set: of several the first of
   * user, restore, session and unknown. Turns of an earlier Keel lack it.
   */
  also?: SessionAuthor
  /** TooLarge is set where the lines were not compared. */
  tooLarge?: boolean
  /** OldMode and NewMode are the permission bits where they differ; else both are 0. */
  oldMode?: number
  newMode?: number
  status: ReviewStatus
  /** Agent is set for what the session's agent did: only that is to be reviewed. */
  agent: boolean
  /** 1 where the file is all or nothing */
  hunks: number
  pending: number
  /** bytes; 0 when it was not there */
  oldSize: number
  newSize: number
}

/**
 * ReviewHunk is lines that the agent changed. Start and Lines are where they
 * stand in the file now: 1-based; without lines, Start is the line before, 0 at
 * the top. For a stale one they say where it was made.
 */
export interface ReviewHunk {
  turnId: string
  id: string
  status: ReviewStatus
  start: number
  lines: number
  /** the lines that stood there, as UTF-8; of many, the first */
  old: string
  /** OldStart and NewStart are where it was in the turn's two states. */
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  /** a sentence, where it is stale */
  why: string
}

/** ReviewResolution decides what becomes of a path that a revert has left alone. */
export interface ReviewResolution {
  sessionId: string
  turnId: string
  path: string
  side: ReviewSide
  unsaved: UnsavedText[]
}

/** ReviewResult is what a decision has done. Undone by Review.Undo. */
export interface ReviewResult {
  /** hunks, or whole files */
  accepted: number
  rejected: number
  /** of the act: "Took back 2 changes in calc.go" */
  title: string
  files: RestoreResult
  /**
   * Texts, of Undo, is what editors held, unsaved, when what is undone was done:
   * they are to hold it again.
   */
  texts?: UnsavedText[]
}

/** ReviewSide is which content a conflict is decided for. */
export type ReviewSide = 'checkpoint' | 'mine'

/** ReviewState is the change sets of a session, the newest last. */
export interface ReviewState {
  sessionId: string
  sets: ChangeSet[]
  /** different paths with something pending */
  files: number
  /** lines, of what is pending */
  added: number
  removed: number
  /** the title of what Undo would take back; empty when there is nothing */
  undo: string
  redo: string
}

/** ReviewStatus is where a change stands. */
export type ReviewStatus = 'accepted' | 'mixed' | 'pending' | 'rejected' | 'stale'

/** ReviewWhole is a change of a file that is all or nothing. */
export interface ReviewWhole {
  turnId: string
  status: ReviewStatus
  /** a sentence: what was changed */
  what: string
  /** a sentence, where it is stale */
  why: string
}

/** SamplePlace is where a copy of the sample project would go. */
export interface SamplePlace {
  /** absolute; nothing is there */
  path: string
  /** the newest copy beside it; empty for none */
  existing: string
}

/** SecretsPlace is a place for keys and tokens. */
export type SecretsPlace = 'keychain' | 'memory' | 'passphrase'

/** SecretsState is where keys and tokens are kept. */
export interface SecretsState {
  seq: number
  place: SecretsPlace
  /** what is kept cannot be read yet: the keychain or the passphrase is wanted */
  locked: boolean
  /** what is wrong with the keychain; empty when it can be used */
  message: string
  hint: string
  /**
   * Undecided: something has to be kept, there is no keychain, and the person has
   * not said what to do instead.
   */
  undecided: boolean
  /** how many are kept in Place, as far as that is known */
  kept: number
}

/** Session is one conversation in one workspace. Times are Unix milliseconds. */
export interface Session {
  id: string
  title: string
  createdAt: number
  updatedAt: number
  mode: SessionMode
  provider: string
  model: string
  /** what is typed but not sent; stopping a turn puts the queue in front of it */
  draft: string
  /**
   * Queue holds what was sent during the running turn. It goes to the model
   * with the next tool results, or as the next turn.
   */
  queue: SessionQueued[]
  /**
   * Grants are the patterns of commands that the user trusts in this session. No
   * export has them, and deleting the session takes them back.
   */
  grants?: string[]
  /** Usage and Cost are those of all turns, sub agents and summaries included. */
  usage: ProviderUsage
  cost: SessionCost
  /** CopyOf names the session whose turns this one keeps: they were taken out of it. */
  copyOf?: string
  /**
   * CopyUndo undoes the restore of files that was one act with taking them out;
   * of the checkpoint store, empty when the files stayed as they were.
   */
  copyUndo?: string
  /**
   * Acts are the last things done to the changes of turns, the newest last. In a
   * [Change] nil leaves them as they are; empty is none.
   */
  acts?: SessionAct[]
  turns: SessionTurn[]
  /** the number of the last [Event] this state includes */
  seq: number
}

/**
 * Act is something done to the changes of turns that can be taken back, and then
 * done again. What it needs for that is kept with it.
 */
export interface SessionAct {
  id: string
  /** "Took back 2 changes in calc.go" */
  title: string
  /** Unix milliseconds */
  at: number
  /** of the checkpoint store; empty where no file was touched */
  undo: string
  /** of the checkpoint store, once it was taken back */
  redo: string
  undone: boolean
  /**
   * Before and After hold, by turn, Reverted and what of Reviews and Left differs
   * around it.
   */
  before?: SessionTurnReview[]
  after?: SessionTurnReview[]
}

/** Approval is the question before a tool call acts. */
export interface SessionApproval {
  id: string
  /** of exactly what is shown; must come back with the answer */
  hash: string
  /** why it is asked */
  reason: string
  /** what could be trusted, narrowest first */
  patterns: string[]
  /** "", "approved", "rejected", "cancelled" */
  answer: string
  /** the user's reason for a rejection */
  feedback: string
  /** Steps is how the policy came to ask, for a person, in order. */
  steps?: SessionApprovalStep[]
  /**
   * Original is the command as the model wrote it, where the user changed it
   * before it ran; the call's Command is then what ran.
   */
  original?: string
  /** the rule that asks */
  rule?: string
  /**
   * Hunks are the parts of a file's change that can be decided on by themselves;
   * none where it is all or nothing.
   */
  hunks?: SessionProposedHunk[]
  /**
   * Edited is set once the user has changed the proposal itself: Diff is then
   * from the file to the user's text.
   */
  edited?: boolean
}

/** ApprovalStep is one thing that the policy looked at. */
export interface SessionApprovalStep {
  /** who says so: built in, user, workspace, session, run */
  tier: string
  rule: string
  /** what it found, a sentence */
  text: string
  /** Effect is what it said: allow, ask or deny; empty when it had no say. */
  effect: string
}

/**
 * Author is who changed a file during a turn. Tool, command and background (what
 * a command left running) are the session's own agent, whose changes are taken
 * back with the turn. User (by way of Keel), restore, session (another one's
 * agent) and unknown (another program) are not: theirs stay unless named.
 */
export type SessionAuthor = 'background' | 'command' | 'restore' | 'session' | 'tool' | 'unknown' | 'user'

/** CallStatus is where a tool call stands. */
export type SessionCallStatus = 'cancelled' | 'completed' | 'failed' | 'in_progress' | 'pending' | 'rejected' | 'unknown' | 'waiting'

/** Change is one step from one state of a session to the next. */
export interface SessionChange {
  kind: SessionChangeKind
  session?: Session
  turn?: SessionTurn
  turnId?: string
  item?: SessionItem
  itemId?: string
  append?: string
}

/** ChangeKind says which field of a [Change] is set. */
export type SessionChangeKind = 'arguments' | 'item' | 'output' | 'removed' | 'rewound' | 'session' | 'text' | 'turn'

/**
 * Content is what a reference holds. Exactly one of Text, Image and Problem is set;
 * Text is empty for an empty file, too.
 */
export interface SessionContent {
  /** exactly what the model reads, valid UTF-8 */
  text: string
  /** where an address leads to a picture */
  image: SessionImage | null
  title: string
  /** where a page was in the end, after redirects */
  address: string
  /** with whose sign-in it was read; empty for none */
  as: string
  /** media type of a page */
  type: string
  /** when a page was published or last changed, Unix milliseconds; 0 not known */
  date: number
  /** bytes of the whole, before anything was cut */
  size: number
  /** estimated, of Text or Image */
  tokens: number
  /** what was left out for its size or as it is kept back, in sentences; empty when nothing was */
  cut: string
  /** what else is to be known of Text, in sentences: how it differs from what a reader of a page sees */
  note: string
  /**
   * Hash is the SHA-256 of a file on the disk of which Text is all, in hexadecimal;
   * else empty.
   */
  hash?: string
  /** why there is nothing, a sentence */
  problem: string
  /** what can be done about it */
  hint: string
  /**
   * Kept is set where Problem is that it is kept from the agent, and Agreed would
   * let it go.
   */
  kept: boolean
  /** when it was read, Unix milliseconds */
  at: number
}

/** Context is how full the model's context was at the last request. */
export interface SessionContext {
  /** of the last request, or estimated for the next */
  tokens: number
  /** of the model; 0 when not known */
  limit: number
  /** the service has not counted it yet */
  estimated: boolean
}

/** Cost is what tokens cost, as far as prices are known. */
export interface SessionCost {
  /** millionths of a US dollar */
  micros: number
  /**
   * Partial is set when some of the tokens had no known price: the sum is then
   * a lower limit, and says nothing when it is 0.
   */
  partial: boolean
}

/** Decision is what the user says to a hunk. */
export type SessionDecision = 'accepted' | 'rejected' | ''

/** DraftParts is what goes with a text that is not sent yet. */
export interface SessionDraftParts {
  references: SessionReference[]
  images: SessionImage[]
}

/**
 * Event is one or more changes of a session, in order. A reader that sees a gap
 * in Seq asks for the whole session again.
 */
export interface SessionEvent {
  sessionId: string
  seq: number
  changes: SessionChange[]
}

/** FileChange is one path that differs between a turn's two checkpoints. */
export interface SessionFileChange {
  path: string
  from: string
  kind: DiffKind
  by: SessionAuthor
  added: number
  removed: number
  binary: boolean
  /**
   * AlsoUser is set when the agent changed the path and, during the same
   * turn, something else did too: reverting the turn leaves it alone unless
   * the path is named.
   */
  alsoUser: boolean
  /**
   * Also is that something else, where AlsoUser is set: of several the first of
   * user, restore, session and unknown. Turns of an earlier Keel lack it.
   */
  also?: SessionAuthor
  /** TooLarge is set where the lines were not compared. */
  tooLarge?: boolean
  /** OldMode and NewMode are the permission bits where they differ; else both are 0. */
  oldMode?: number
  newMode?: number
}

/** Found is a session in which a search has found its text. */
export interface SessionFound {
  id: string
  title: string
  createdAt: number
  updatedAt: number
  running: boolean
  /** for an approval or an answer */
  waiting: boolean
  /** CopyOf and CopyUndo are those of the [Session]. */
  copyOf?: string
  copyUndo?: string
  /** Grants are those of the [Session]. */
  grants?: string[]
  /** of the newest match; empty for one in the title */
  turnId: string
  /** a line around it */
  excerpt: string
}

/** Image is a picture in a prompt. */
export interface SessionImage {
  name: string
  /** image/png, image/jpeg, image/gif or image/webp */
  mediaType: string
  data: string
}

/** Item is one part of a turn. Items with the same Step came in one model reply. */
export interface SessionItem {
  id: string
  step: number
  kind: SessionItemKind
  text: string
  signature?: string
  redacted?: string
  streaming: boolean
  /** when the wait that a notice tells of ends */
  until?: number
  /** a notice that the model reads too, with the results of its step */
  told?: boolean
  tool?: SessionToolCall
  images?: SessionImage[]
  /** of a prompt */
  references?: SessionReference[]
  question?: SessionQuestion
}

/** ItemKind says which field of an [Item] is set. */
export type SessionItemKind = 'notice' | 'prompt' | 'question' | 'reasoning' | 'summary' | 'text' | 'tool'

/** LeftAlone is a path that a revert did not touch, and why. */
export interface SessionLeftAlone {
  path: string
  reason: string
}

/** Mode is when the user is asked about file changes. */
export type SessionMode = 'autopilot' | 'supervised'

/**
 * ProposedHunk is a part of a proposed change: lines of the file as it is that
 * others are to stand for. A start is 1-based; where there are no lines, it is
 * the line before, 0 at the top.
 */
export interface SessionProposedHunk {
  id: string
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  decision: SessionDecision
  /** why it was rejected, for the model */
  reason?: string
}

/** Question waits for a person's answer in mid-turn. */
export interface SessionQuestion {
  id: string
  kind: SessionQuestionKind
  text: string
  hint: string
  choices: string[]
  /** any text is an answer, beside the choices */
  free: boolean
  /** empty while it waits, or when it was cancelled */
  answer: string
  /** it waits */
  open: boolean
}

/** QuestionKind is what a question is about. */
export type SessionQuestionKind = 'model' | 'sign_in' | 'steps'

/** Queued is a message that waits for its place. */
export interface SessionQueued {
  id: string
  text: string
  images?: SessionImage[]
  /** References are without content until the message goes. */
  references?: SessionReference[]
  queuedAt: number
  /**
   * Held is set for one with images or references that a stop or a failure has
   * kept from going: it waits until it is sent by hand, or removed.
   */
  held?: boolean
}

/** Rating is what the user thinks of a reply. It stays on this machine. */
export type SessionRating = 'down' | '' | 'up'

/** Reference is something that a prompt points at. */
export interface SessionReference {
  /** its own in its message */
  id: string
  kind: SessionReferenceKind
  /** as it is shown: "calc.go:3-9" */
  name: string
  /** workspace-relative, with forward slashes */
  path?: string
  /** lines, from 1, both inclusive; 0 for all of the file */
  from?: number
  to?: number
  /** as it was asked for */
  address?: string
  /**
   * Given is text that only the page has, in the place of what is on the disk:
   * unsaved text, or what stands in a terminal.
   */
  given?: string
  /**
   * Agreed is set once the user has agreed to send what is kept from the agent: a
   * file with secrets, or one that a .keelignore file names.
   */
  agreed?: boolean
  /**
   * Content is what the model reads of it, as it was when the message went; nil
   * before that. It never changes afterwards.
   */
  content?: SessionContent
}

/** ReferenceKind is what a reference points at. */
export type SessionReferenceKind = 'code' | 'codebase' | 'file' | 'folder' | 'git-diff' | 'problems' | 'terminal' | 'text' | 'url'

/**
 * Review is what the user has decided about one file of a turn. Accepted and
 * Rejected hold the ids of hunks, see package review, or [WholeFile]. Path may be
 * [AllPaths].
 */
export interface SessionReview {
  path: string
  accepted?: string[]
  rejected?: string[]
}

/** Status is where a turn stands. */
export type SessionStatus = 'done' | 'running' | 'waiting'

/** SubCall is what a sub agent does, in a line. */
export interface SessionSubCall {
  title: string
  status: SessionCallStatus
}

/** Summary is a session in a list. */
export interface SessionSummary {
  id: string
  title: string
  createdAt: number
  updatedAt: number
  running: boolean
  /** for an approval or an answer */
  waiting: boolean
  /** CopyOf and CopyUndo are those of the [Session]. */
  copyOf?: string
  copyUndo?: string
  /** Grants are those of the [Session]. */
  grants?: string[]
}

/** Todo is one step of the model's plan. */
export interface SessionTodo {
  text: string
  status: SessionTodoStatus
}

/** TodoStatus is where a step of the plan stands. */
export type SessionTodoStatus = 'done' | 'in_progress' | 'pending'

/** ToolCall is a model's request to use a tool and what came of it. */
export interface SessionToolCall {
  /** the model's call id */
  id: string
  name: string
  kind: SessionToolKind
  /** "Edit calc.go" */
  title: string
  status: SessionCallStatus
  /** JSON, as far as it has streamed */
  arguments: string
  paths: string[]
  /** run_command only */
  command: string
  /** where it runs, workspace-relative, "." for the top */
  folder: string
  diff?: DiffFile
  /** a command's output so far, at most [MaxOutput] bytes from its end */
  output: string
  /** bytes of output before Output begins */
  outputAt: number
  /** what the model was told */
  result: string
  /** of a finished command */
  exitCode: number
  hasExit: boolean
  startedAt: number
  durationMs: number
  approval?: SessionApproval
  /** it left something running */
  background?: boolean
  /** of a background command */
  commandId?: string
  /** the background command still runs */
  running?: boolean
  /** of a fetch: the whole address */
  address?: string
  /** of a sub agent, the last ones */
  calls?: SessionSubCall[]
  /**
   * Parent is the item of the sub agent's call that this call belongs to; empty
   * for a call of the conversation itself. Of a sub agent's calls only those that
   * are asked about or may change files are items of their own.
   */
  parent?: string
  /** the rule that allowed, asked about or denied the call */
  rule?: string
  /** checkpoint before a call that may change files */
  before?: string
  /** checkpoint after it */
  after?: string
}

/** ToolKind groups tools for the eye: what a call does. */
export type SessionToolKind = 'delete' | 'edit' | 'execute' | 'fetch' | 'move' | 'other' | 'read' | 'search'

/** Turn is everything from a prompt to a stop reason. */
export interface SessionTurn {
  id: string
  prompt: string
  status: SessionStatus
  /** empty while it runs */
  stopReason: string
  /** a sentence for every stop reason but end_turn */
  outcome: string
  /** what to do next, where there is something */
  hint: string
  /**
   * NoSignIn is set when the turn failed because the model service took no
   * credentials.
   */
  noSignIn?: boolean
  startedAt: number
  endedAt: number
  provider: string
  model: string
  /** answered by the practice model */
  practice: boolean
  /** in the prompt */
  images?: SessionImage[]
  /** References are what the prompt points at. In a [Change] nil leaves them as they are. */
  references?: SessionReference[]
  /**
   * Reading is set while the content of References, or of those of a prompt among
   * Items, is being read or fetched.
   */
  reading?: boolean
  /**
   * ReferencesElided is set when the model no longer reads the content of
   * References, to make room in its context.
   */
  referencesElided?: boolean
  rating?: SessionRating
  /**
   * ImagesRefused is set when the service refused a request that brought images
   * of the turn: they are not sent again.
   */
  imagesRefused?: boolean
  usage: ProviderUsage
  cost: SessionCost
  context: SessionContext
  /** the model's plan, as it is now */
  todo?: SessionTodo[]
  /**
   * Elided is the last step whose longer tool results the model no longer reads,
   * to make room in its context; 0 when it reads all.
   */
  elided?: number
  /** checkpoint before the turn's first change; empty when nothing could change */
  before: string
  /** checkpoint after its last change */
  after: string
  changes: SessionFileChange[]
  /**
   * Drift is what changed between the turn before and this one, where something
   * that the agent had left running still ran. It is not part of any turn.
   */
  drift?: SessionFileChange[]
  /** id with which the revert is undone; empty when not reverted */
  reverted: string
  /**
   * Reviews is what the user has decided about Changes: a path that is not listed
   * is still to be looked at.
   */
  reviews?: SessionReview[]
  /** Left is what a revert has left as it was, until the user says what becomes of it. */
  left?: SessionLeftAlone[]
  items: SessionItem[]
}

/** TurnReview is what a turn holds of its review. */
export interface SessionTurnReview {
  turnId: string
  reverted?: string
  reviews?: SessionReview[]
  left?: SessionLeftAlone[]
}

/** SessionsChanged says that the list of sessions has changed. */
export interface SessionsChanged {
  seq: number
  sessions: SessionSummary[]
}

/** SettingsChanged says that a settings file has a new text on disk, or new problems. */
export interface SettingsChanged {
  seq: number
  /** settings.json, keybindings.json */
  name: string
  problems: SettingsProblem[]
  values: SettingsValues
}

/** SettingsProblem is a place in a settings file that has no effect. */
export interface SettingsProblem {
  file: string
  /** 1-based; 0 when the whole file */
  line: number
  column: number
  message: string
}

/** SettingsValues is what is in force for the agent. */
export interface SettingsValues {
  mode: string
  trustedCommands: string[]
  commandDenylist: string[]
  provider: string
  model: string
}

/** Shell is a program a terminal can start. */
export interface Shell {
  name: string
  path: string
  args: string[]
  default: boolean
}

/** SignIn is a sign-in that is under way or has ended. */
export interface SignIn {
  id: string
  kind: AccountKind
  host: string
  /** of the service */
  title: string
  stage: SignInStage
  /** to be opened in a browser; empty when there is none yet */
  address: string
  /** to be typed in there; empty when there is none */
  code: string
  /** when that ends; 0 when it does not */
  untilAt: number
  canPaste: boolean
  /** none could be started: the address has to be copied */
  noBrowser: boolean
  /** once done */
  accountId: string
  /** why it failed, or what to know once it is done; may be empty */
  message: string
  hint: string
}

/** SignInRequest asks for a sign-in. */
export interface SignInRequest {
  kind: AccountKind
  /** empty: the public one */
  host: string
  /** device, browser; empty: the preferred one */
  method: string
  /** signs this account in again; empty: anyone */
  accountId: string
  /** is switched on afterwards; empty: none */
  use: string
  /** of AWS */
  startUrl: string
  /** of AWS */
  region: string
  /** of AWS: also write the token into the file where the AWS CLI looks for it */
  share: boolean
  /** asked for besides the service's own, for an extension */
  scopes: string[]
}

/** SignInStage is how far a sign-in is. */
export type SignInStage = 'browser' | 'cancelled' | 'code' | 'done' | 'failed' | 'finishing' | 'starting'

/** StorageScope is how far a stored value reaches. */
export type StorageScope = 'application' | 'profile' | 'workspace'

/** StorageUpdate changes stored values of one scope. */
export interface StorageUpdate {
  scope: StorageScope
  set: Record<string, string>
  delete: string[]
}

/** Terminal is a running shell. */
export interface Terminal {
  id: string
  process: number
  title: string
  shell: string
  folder: string
}

/**
 * TerminalOutput is a piece of a terminal's output. Offset counts bytes from the
 * terminal's start; a page that sees a gap attaches again from what it has.
 */
export interface TerminalOutput {
  id: string
  /** from Terminals.Attach; output of an older attachment is dropped */
  stream: number
  seq: number
  offset: number
  /** to acknowledge */
  bytes: number
  text: string
  exited: boolean
  exitCode: number
  signal: string
}

/** TextLine is one line with matches. Ranges are UTF-16 columns in Text. */
export interface TextLine {
  /** 1-based */
  line: number
  offset: number
  text: string
  ranges: TextRange[]
}

/** TextMatch is the matching lines of one file. */
export interface TextMatch {
  path: string
  lines: TextLine[]
}

/** TextMatches is a batch of results of one search, in order of Seq from 1. */
export interface TextMatches {
  id: string
  seq: number
  files: TextMatch[]
  done: boolean
  limitHit: boolean
  error?: Error
}

/** TextRange is a half-open range of UTF-16 columns. */
export interface TextRange {
  start: number
  end: number
}

/** TextSearch looks for text in the workspace's files. */
export interface TextSearch {
  /** chosen by the page; names the search in events and in Cancel */
  id: string
  pattern: string
  regex: boolean
  caseSensitive: boolean
  wholeWord: boolean
  multiline: boolean
  include: string[]
  exclude: string[]
  useIgnoreFiles: boolean
  maxResults: number
  folder: string
}

/** Timing is how long the page took, in milliseconds since its own start. */
export interface Timing {
  /** when the page began to load */
  startedAt: number
  /** its code runs */
  loaded: number
  /** Go has told what it starts from */
  answered: number
  initialized: number
  firstPaint: number
  editorUsable: number
}

/** TrustChanged says that the trust state is another one: ask for it again. */
export interface TrustChanged {
  seq: number
  folder: FolderTrust
}

/** TrustEdit puts one pattern in the place of another. */
export interface TrustEdit {
  from: TrustEntry
  to: TrustEntry
}

/** TrustEntry is a pattern and where it counts. */
export interface TrustEntry {
  pattern: string
  scope: TrustScope
  /** of scope session; else empty */
  sessionId: string
}

/** TrustExplanation is the policy's answer for a command. */
export interface TrustExplanation {
  effect: ApprovalEffect
  rule: string
  /** the trusted pattern or denied text that matched; empty for none */
  pattern: string
  reason: string
  tier: ApprovalTier
  steps: TrustStep[]
}

/** TrustImport is what the settings of another editor trust. */
export interface TrustImport {
  /** "Kiro", "VS Code", "VSCodium", … */
  editor: string
  /** absolute */
  file: string
  patterns: TrustImportPattern[]
  denied: string[]
  /** why it could not be read; empty when it was */
  problem: string
}

/** TrustImportPattern is one pattern that could be taken over. */
export interface TrustImportPattern {
  /** as Keel would write it */
  pattern: string
  /** as it stands there */
  original: string
  /** what is different, or why it cannot be taken; empty for neither */
  note: string
  /** it is trusted already */
  known: boolean
  usable: boolean
  /** it trusts every command, or a program that runs others */
  wide: boolean
}

/** TrustImportRequest takes patterns and denied texts over. */
export interface TrustImportRequest {
  patterns: string[]
  denied: string[]
}

/** TrustPlace is a pattern and where in the list of its scope it goes. */
export interface TrustPlace {
  pattern: string
  scope: TrustScope
  /** of scope session; else empty */
  sessionId: string
  /** from 0; -1 for the end */
  index: number
}

/** TrustQuestion asks what would happen to a command. */
export interface TrustQuestion {
  command: string
  /** whose patterns count too; empty for none */
  sessionId: string
}

/** TrustScope is where a trusted command counts. */
export type TrustScope = 'always' | 'session' | 'workspace'

/** TrustState is everything that decides whether a command runs unasked. */
export interface TrustState {
  /** of the last [TrustChanged] it holds */
  seq: number
  commands: TrustedCommand[]
  denied: DeniedText[]
  /** the command guard is on */
  guard: boolean
  /** "workspace" when the folder's settings hold it on; else empty */
  guardBy: string
  folder: FolderTrust
  /** why the settings cannot be changed now; empty when they can */
  broken: string
}

/** TrustStep is one thing that the policy looked at. */
export interface TrustStep {
  tier: ApprovalTier
  rule: string
  /** empty when it had no say */
  effect: ApprovalEffect
  text: string
}

/** TrustedCommand is a pattern in the list of trusted commands. */
export interface TrustedCommand {
  pattern: string
  scope: TrustScope
  /** of scope session; else empty */
  sessionId: string
  sessionTitle: string
  /** commands that it let run */
  uses: number
  /** Unix milliseconds; 0 when never */
  lastUsed: number
  /** why it does not count now, or what it means beyond its words; empty for neither */
  note: string
  /** it lets commands run in this folder now */
  counts: boolean
}

/** UnsavedText is what an editor holds and has not saved. */
export interface UnsavedText {
  path: string
  /** base64 of the bytes that saving would write */
  content: string
}

/** UpdateKind is how far the update to a newer version has come. */
export type UpdateKind = 'checking' | 'current' | 'downloaded' | 'downloading' | '' | 'installing' | 'offered' | 'ready'

/** UpdateWay is how a newer version gets to where this program is. */
export type UpdateWay = 'hand' | 'keel' | 'manager' | 'none'

/** UpdatesState is what is known of a newer version. */
export interface UpdatesState {
  seq: number
  /** this build has a feed to look at */
  feed: boolean
  /** its address */
  source: string
  /** this version */
  running: string
  kind: UpdateKind
  way: UpdateWay
  /** nobody waits for it: found by the daily look, now or before */
  daily: boolean
  /** that is offered */
  version: string
  /** Markdown of a stranger */
  notes: string
  releasedAt: number
  /** when the feed last gave a right answer; 0: never */
  checkedAt: number
  /** bytes of the file */
  size: number
  /** bytes that are here */
  done: number
  /** of the checked file */
  path: string
  /** of this program, where an archive was unpacked into it */
  folder: string
  /** where this version is kept */
  old: string
  manager: string
  /** that has the manager update */
  command: string
  /** what went wrong last; empty for nothing */
  message: string
  hint: string
}

/**
 * WebviewRequest asks the page for something that a webview wants to load and
 * that is no file of the opened folder: the page knows what lies behind other
 * schemes. It answers with a PUT of /keel/webview/WEBVIEW/answer/ID.
 */
export interface WebviewRequest {
  webview: string
  id: number
  scheme: string
  /** as VS Code encodes it */
  authority: string
  path: string
  query: string
}

/** WindowState is what the page needs to start. */
export interface WindowState {
  version: string
  /** linux, darwin, windows */
  platform: string
  /** zero when no folder is open */
  workspace: Workspace
  recent: Workspace[]
  /** of the opened folder */
  trust: FolderTrust
  /** why the asked-for folder is not open; empty when it is */
  message: string
  hint: string
  /** what has ended by a fault since the last page */
  crash: CrashNotice
  /** KEEL_TIMINGS is set: send Window.Timing */
  timings: boolean
  startedAt: number
}

/** Workspace names an opened folder. */
export interface Workspace {
  id: string
  /** absolute */
  path: string
  name: string
}

/** What Go sends by itself: event name to payload. */
export interface Events {
  session: SessionEvent
  sessions: SessionsChanged
  files: FilesChanged
  search: TextMatches
  terminal: TerminalOutput
  settings: SettingsChanged
  notice: Notice
  open: OpenWaiting
  closing: Closing
  checkpoints: CheckpointActivity
  trust: TrustChanged
  audit: AuditChanged
  accounts: AccountsState
  secrets: SecretsState
  webview: WebviewRequest
  extensions: ExtensionsState
  extension: ExtensionProgress
  updates: UpdatesState
}

/** The methods that the page can call, by feature. */
export interface Methods {
  /** Access is what the agent can reach. */
  Access: {
    /** SetNetwork says whether commands reach the network in this folder. */
    SetNetwork(on: boolean): Promise<void>
    /** SetVariable says whether commands get an environment variable. */
    SetVariable(name: string, allowed: boolean): Promise<void>
    /** State returns what the agent can reach, as it stands now. */
    State(): Promise<AccessState>
  }
  /** Accounts are who is signed in where. */
  Accounts: {
    /** Browse opens a sign-in's address in the browser once more. */
    Browse(signInID: string): Promise<void>
    /** Cancel ends a sign-in; one that has ended is taken off the list. */
    Cancel(signInID: string): Promise<void>
    /**
     * ExtensionSession returns a token for an extension that the person has let use
     * an account.
     */
    ExtensionSession(request: ExtensionSessionRequest): Promise<ExtensionSession>
    /** Paste gives a sign-in an address or a code from the browser. */
    Paste(signInID: string, text: string): Promise<void>
    /**
     * Roles lists the AWS accounts and roles that an account of IAM Identity Center
     * may use.
     */
    Roles(accountID: string): Promise<AccountRole[]>
    /**
     * SetClientSecret keeps the secret of the client id for a service; an empty one
     * takes it away. It never comes back to the page.
     */
    SetClientSecret(kind: AccountKind, host: string, secret: string): Promise<void>
    /** SetRole chooses the AWS account and role that an account is used with. */
    SetRole(accountID: string, role: string): Promise<void>
    /** SetUse switches a use of an account on or off. */
    SetUse(accountID: string, use: string, on: boolean): Promise<void>
    /** SignIn starts a sign-in and returns its id; how it goes on comes as events. */
    SignIn(request: SignInRequest): Promise<string>
    /** SignOut takes an account's tokens back and forgets it. */
    SignOut(accountID: string): Promise<void>
    /** State returns who is signed in, and where one can sign in. */
    State(): Promise<AccountsState>
  }
  /** Agent answers prompts. */
  Agent: {
    /**
     * Answer answers the question a tool call waits for. Code "changed" means that
     * what was shown is no longer what would happen: it is asked again.
     */
    Answer(answer: ApprovalAnswer): Promise<void>
    /** AnswerQuestion answers a question of the running turn. */
    AnswerQuestion(sessionID: string, questionID: string, answer: string): Promise<void>
    /** Compact makes room in the model's context. */
    Compact(sessionID: string): Promise<void>
    /** EditQueued changes a message that waits for its turn. */
    EditQueued(sessionID: string, queuedID: string, text: string): Promise<void>
    /** Examples lists prompts that work in the folder as it is now. */
    Examples(): Promise<Example[]>
    /**
     * Providers lists the model providers with their state and their models; it may
     * ask the network and takes at most some seconds.
     */
    Providers(): Promise<ProviderState[]>
    /** RemoveQueued takes a waiting message back. */
    RemoveQueued(sessionID: string, queuedID: string): Promise<void>
    /** RetryNow ends the wait before the next attempt. */
    RetryNow(sessionID: string): Promise<void>
    /**
     * Send starts a turn and returns its id; everything else comes as "session"
     * events. During a turn the prompt is queued.
     */
    Send(sessionID: string, prompt: Prompt): Promise<string>
    /** SendNow stops the running turn and goes on with a waiting message. */
    SendNow(sessionID: string, queuedID: string): Promise<void>
    /** SetMode switches a session between Autopilot and Supervised, also in mid-turn. */
    SetMode(sessionID: string, mode: SessionMode): Promise<void>
    /** SetModel chooses what answers from the next turn on. */
    SetModel(choice: ModelChoice): Promise<void>
    /** Stop ends the running turn, at any moment. */
    Stop(sessionID: string): Promise<void>
    /** StopCommand ends a command that goes on in the background. */
    StopCommand(sessionID: string, commandID: string): Promise<void>
  }
  /**
   * Audit is the log of what the agent asked for, what was decided, and what came
   * of it.
   */
  Audit: {
    /** List returns a part of the log, the newest first. */
    List(query: AuditQuery): Promise<AuditPage>
  }
  /**
   * Checkpoints are states of the workspace that can be restored. The bytes of a
   * file in one come from GET /keel/checkpoint/ID?path=PATH.
   */
  Checkpoints: {
    /** Activity returns what the store is at; changes come as "checkpoints" events. */
    Activity(): Promise<CheckpointActivity>
    /** Create takes a checkpoint with a name. */
    Create(label: string): Promise<Checkpoint>
    /**
     * Diff lists what differs between two checkpoints, or between one and the disk
     * when to is empty.
     */
    Diff(from: string, to: string): Promise<PathChange[]>
    /** Forget deletes the whole history of the folder, pinned or not. */
    Forget(): Promise<CheckpointsPruned>
    /** Last returns the restore that was done last, for Undo. */
    Last(): Promise<LastRestore>
    /** List returns all checkpoints, the newest first. */
    List(): Promise<Checkpoint[]>
    /** Name gives a checkpoint a name of the user's, or takes it away. */
    Name(id: string, label: string): Promise<Checkpoint>
    /** Pin keeps a checkpoint from being cleaned up, or no longer does. */
    Pin(id: string, pinned: boolean): Promise<void>
    /** Preview says what a restore would do. */
    Preview(request: RestoreRequest): Promise<RestorePlan>
    /** Prune cleans up what is old. */
    Prune(): Promise<CheckpointsPruned>
    /** Purge takes a path, and all below it, out of every checkpoint. */
    Purge(path: string): Promise<CheckpointsPurged>
    /**
     * Restore brings files back. What it overwrites is kept: Undo takes the
     * result's id.
     */
    Restore(request: RestoreRequest): Promise<RestoreResult>
    /** Seen says that a notice has been shown. */
    Seen(noticeID: number): Promise<void>
    /**
     * StopReading ends the first reading of the folder; the rest is read when a
     * checkpoint is first needed.
     */
    StopReading(): Promise<void>
    /**
     * Undo takes a restore back; the sessionID's turns are no longer marked as
     * reverted by it. The sessionID of a restore that reverted no turn is empty.
     */
    Undo(sessionID: string, id: string): Promise<RestoreResult>
    /**
     * Unsaved returns the editor texts that were kept with a restore, by the id that
     * undoes it.
     */
    Unsaved(id: string): Promise<UnsavedText[]>
    /** Usage tells what the checkpoints take. */
    Usage(): Promise<CheckpointUsage>
    /**
     * Versions lists the checkpoints in which a file is not what it was before, the
     * newest first, at most limit of them; 0 for all.
     */
    Versions(path: string, limit: number): Promise<FileVersion[]>
  }
  /**
   * Crashes are the reports about faults of Keel. They lie on this machine; nothing
   * here sends one anywhere.
   */
  Crashes: {
    /** Delete removes a report. */
    Delete(name: string): Promise<void>
    /** List returns the reports that are kept, the newest first. */
    List(): Promise<CrashEntry[]>
    /** Page keeps a report of a fault that the page could not go on from. */
    Page(message: string): Promise<void>
    /** Read returns a report. */
    Read(name: string): Promise<CrashReport>
  }
  /**
   * Editors takes in what the page's editors know, for the agent. Each call tells
   * all of it; seq is a number that grows with each call, also from one page to
   * the next (the time will do), since calls can overtake each other.
   */
  Editors: {
    /**
     * SetProblems tells the problems that the language services know now: after each
     * change of them, and once at the start even if there are none.
     */
    SetProblems(seq: number, problems: Problem[]): Promise<void>
    /**
     * SetUnsaved tells which of the folder's files have unsaved text now: as soon as
     * one gets some, when it is saved or undone, and once at the start.
     */
    SetUnsaved(seq: number, paths: string[]): Promise<void>
  }
  /** Extensions are the installed extensions and what installs them. */
  Extensions: {
    /**
     * Agree says that the person has agreed to the whole plan. Its publishers are
     * trusted from then on.
     */
    Agree(planID: string): Promise<void>
    /** CancelInstall ends a job. What it had not finished leaves nothing behind. */
    CancelInstall(jobID: string): Promise<void>
    /** ForgetSecret deletes a secret of an extension. */
    ForgetSecret(of: ExtensionSecretKey): Promise<void>
    /**
     * Install starts to install one extension of a plan that was agreed to, and
     * returns the job's id; how it goes on comes as events.
     */
    Install(request: ExtensionInstallRequest): Promise<string>
    /**
     * KeepSecret keeps a secret of an extension, where the person keeps keys and
     * tokens.
     */
    KeepSecret(of: ExtensionSecretKey, value: string): Promise<void>
    /**
     * NameFile returns a token for a *.vsix of the opened folder, which names it in a
     * plan.
     */
    NameFile(path: string): Promise<string>
    /**
     * PickFile lets the person choose a *.vsix, and returns a token that names it in
     * a plan; empty when none was chosen.
     */
    PickFile(): Promise<string>
    /**
     * Plan returns what installing an extension would bring along. Nothing is
     * installed before the plan has been agreed to.
     */
    Plan(request: ExtensionPlanRequest): Promise<ExtensionPlan>
    /** Secret returns what an extension keeps under a key. */
    Secret(of: ExtensionSecretKey): Promise<ExtensionSecret>
    /** SecretKeys returns what all installed extensions keep, without any value. */
    SecretKeys(): Promise<ExtensionSecretKey[]>
    /** SetMetadata keeps the workbench's own JSON with an extension. */
    SetMetadata(id: string, metadata: string): Promise<void>
    /** State returns what is installed; changes of it come as events. */
    State(): Promise<ExtensionsState>
    /** Uninstall takes an extension away. */
    Uninstall(id: string): Promise<void>
  }
  /**
   * Files is the tree of each area. Bytes do not cross here but over the asset
   * handler: GET and PUT of /keel/file/AREA?path=PATH.
   */
  Files: {
    /** Copy copies a file or a whole folder. */
    Copy(area: Area, from: string, to: string, overwrite: boolean): Promise<void>
    /** Delete removes a path; a folder that is not empty only when recursive. */
    Delete(area: Area, path: string, recursive: boolean): Promise<void>
    /** List returns the entries of a folder. */
    List(area: Area, path: string): Promise<FileEntry[]>
    /** MakeFolder makes a folder and those above it. */
    MakeFolder(area: Area, path: string): Promise<void>
    /** Move renames a path. */
    Move(area: Area, from: string, to: string, overwrite: boolean): Promise<void>
    /** Stat returns one entry. */
    Stat(area: Area, path: string): Promise<FileEntry>
  }
  /** Imports take settings, key bindings and snippets over from other editors. */
  Imports: {
    /** Find looks for other editors on this machine; nothing is changed. */
    Find(): Promise<ImportEditor[]>
    /**
     * Import takes over what the person has chosen. It is refused when it is no longer
     * what they saw.
     */
    Import(request: ImportRequest): Promise<ImportDone>
    /** Last is the import that Undo would take back. */
    Last(): Promise<ImportDone>
    /** Undo takes the last import back. What was changed since stays. */
    Undo(): Promise<ImportUndone>
  }
  /** Providers are the model services. */
  Providers: {
    /** AWS returns what can be chosen for Amazon Bedrock; it reads files only. */
    AWS(): Promise<AWSChoices>
    /**
     * Known lists all services, but the models of those only that are chosen or run on
     * this machine; no other is asked anything.
     */
    Known(chosenID: string): Promise<ProviderState[]>
    /** Local lists the model servers that run on this machine, and asks no other. */
    Local(): Promise<ProviderState[]>
    /** RemoveKey takes a service's key out of the keychain. */
    RemoveKey(providerID: string): Promise<void>
    /** SetKey keeps a service's key where secrets are kept. Keys never come back to the page. */
    SetKey(providerID: string, key: string): Promise<void>
  }
  /** References are what prompts can point at. */
  References: {
    /** Find returns files, folders and symbols whose names fit, best first. */
    Find(query: ReferenceQuery): Promise<ReferenceMatches>
    /** Forget ends the picker that a cache key names. */
    Forget(cacheKey: string): Promise<void>
    /**
     * Look reads a reference as sending it would. An address is fetched, and kept for
     * the session: sending it soon after fetches nothing more. It may take seconds.
     */
    Look(look: ReferenceLook): Promise<SessionReference>
    /** StopLooking ends a look, which then says so. */
    StopLooking(id: string): Promise<void>
  }
  /**
   * Review is what the agent has changed, for a person to look at, keep or take
   * back.
   */
  Review: {
    /** Decide accepts changes or takes them back. */
    Decide(decision: ReviewDecision): Promise<ReviewResult>
    /**
     * DecideProposal decides about hunks of a change that waits for an approval. Code
     * "changed" means that what was shown is no longer what would happen.
     */
    DecideProposal(decision: ProposalDecision): Promise<void>
    /** File returns what the agent changed in a file, by lines as they are now. */
    File(request: FileReviewRequest): Promise<FileReview>
    /** Redo does again what Undo has taken back last. */
    Redo(sessionID: string, unsaved: UnsavedText[]): Promise<ReviewResult>
    /** Resolve says what becomes of a path that a revert has left alone. */
    Resolve(resolution: ReviewResolution): Promise<ReviewResult>
    /**
     * State returns a session's change sets. What they say changes with "session"
     * and "files" events.
     */
    State(sessionID: string): Promise<ReviewState>
    /** Undo takes the last decision, revert or resolution of a session back. */
    Undo(sessionID: string, unsaved: UnsavedText[]): Promise<ReviewResult>
  }
  /** Samples are copies of the project on which a newcomer tries Keel. */
  Samples: {
    /** Find says where a copy would go below a folder, by default the user's home. */
    Find(below: string): Promise<SamplePlace>
    /** Write makes a copy at a path where nothing is; the person has agreed to it. */
    Write(path: string): Promise<void>
  }
  /** Search finds text and files in the opened folder. */
  Search: {
    /** Cancel ends a search; its last event still comes. */
    Cancel(id: string): Promise<void>
    /** ClearCache forgets the list of files kept under key. */
    ClearCache(key: string): Promise<void>
    /** Files returns the files whose names fit, best first. */
    Files(request: FileSearch): Promise<FileMatches>
    /**
     * Text starts a search; matches come as "search" events with the request's ID,
     * the last of them Done.
     */
    Text(request: TextSearch): Promise<void>
  }
  /** Secrets are where keys and tokens are kept. */
  Secrets: {
    /** Forget deletes what is sealed with a passphrase that is no longer known. */
    Forget(): Promise<void>
    /** State returns where keys and tokens are kept. */
    State(): Promise<SecretsState>
    /** Unlock opens that file. */
    Unlock(passphrase: string): Promise<void>
    /** UseKeychain tries the keychain again, and takes along what is kept elsewhere. */
    UseKeychain(): Promise<void>
    /** UseMemory keeps them until Keel closes. */
    UseMemory(): Promise<void>
    /**
     * UsePassphrase keeps them in a file that is sealed with a passphrase, now and
     * from now on, and takes along what is kept elsewhere.
     */
    UsePassphrase(passphrase: string): Promise<void>
  }
  /** Sessions are the conversations of the opened folder. */
  Sessions: {
    /** Create starts an empty session. */
    Create(): Promise<Session>
    /** Delete moves a session aside; Undelete brings it back. */
    Delete(id: string): Promise<void>
    /** DraftParts returns what goes with a draft's text. */
    DraftParts(id: string): Promise<SessionDraftParts>
    /** Export returns a session as Markdown. */
    Export(id: string): Promise<string>
    /** List returns all sessions, the last used first. */
    List(): Promise<SessionSummary[]>
    /** Open returns a session whole; "session" events go on from its Seq. */
    Open(id: string): Promise<Session>
    /** Rate keeps what the user thinks of a turn's reply. */
    Rate(id: string, turnID: string, rating: SessionRating): Promise<void>
    /** Rename gives a session another title. */
    Rename(id: string, title: string): Promise<void>
    /**
     * SaveDraft keeps what is typed but not sent. Seq is a number that grows with
     * each call of this page, since calls can overtake each other.
     */
    SaveDraft(id: string, seq: number, text: string): Promise<void>
    /**
     * SaveDraftParts keeps what goes with a draft's text, whole; Seq is as for
     * SaveDraft, counted apart.
     */
    SaveDraftParts(id: string, seq: number, parts: SessionDraftParts): Promise<void>
    /** Search looks for text in all sessions; the best match is first. */
    Search(text: string): Promise<SessionFound[]>
    /** Undelete brings a deleted session back. */
    Undelete(id: string): Promise<void>
  }
  /** Settings are the user's settings and key bindings. */
  Settings: {
    /**
     * Read returns the text of settings.json or keybindings.json, empty when there
     * is none yet.
     */
    Read(name: string): Promise<string>
    /** Schema lists Keel's own settings for the settings editor. */
    Schema(): Promise<Property[]>
    /** Set changes one key of settings.json to a JSON value, keeping comments. */
    Set(key: string, value: string): Promise<void>
    /** State returns what is in force and what is wrong in the files. */
    State(): Promise<SettingsChanged>
    /** Write replaces the text of settings.json or keybindings.json. */
    Write(name: string, text: string): Promise<void>
  }
  /** Storage keeps the workbench's layout and the like, a text under each key. */
  Storage: {
    /** Load returns everything stored in a scope. */
    Load(scope: StorageScope): Promise<Record<string, string>>
    /** Update sets and deletes keys of a scope; it is on the disk when this returns. */
    Update(update: StorageUpdate): Promise<void>
  }
  /** Terminals are shells in pseudo-terminals. */
  Terminals: {
    /**
     * Acknowledge says that bytes of output were drawn; a terminal whose output is
     * not acknowledged is made to wait.
     */
    Acknowledge(id: string, bytes: number): Promise<void>
    /**
     * Attach sends a terminal's output from a byte offset on (0: all that is kept)
     * as "terminal" events, which carry the returned stream number. An earlier
     * attachment of the same terminal ends. Again says that it was this page's: its
     * keystrokes go on counting.
     */
    Attach(id: string, from: number, again: boolean): Promise<number>
    /** Kill ends a shell and everything it started. */
    Kill(id: string): Promise<void>
    /**
     * List returns the running terminals, so that a page that was loaded again can
     * attach to them.
     */
    List(): Promise<Terminal[]>
    /** Open starts a shell. Its output comes after Attach. */
    Open(request: OpenTerminal): Promise<Terminal>
    /** Resize says how large the terminal is drawn. */
    Resize(id: string, columns: number, rows: number): Promise<void>
    /** Shells lists the shells of this machine. */
    Shells(): Promise<Shell[]>
    /**
     * Write types text. Seq counts from 1 for each terminal and page: calls can
     * overtake each other on their way, keystrokes must not.
     */
    Write(id: string, seq: number, text: string): Promise<void>
  }
  /** Trust decides which commands run unasked, and whether the folder is trusted. */
  Trust: {
    /** Add trusts a pattern. One that its scope holds already stays where it is. */
    Add(place: TrustPlace): Promise<void>
    /** Edit puts one pattern in the place of another. */
    Edit(edit: TrustEdit): Promise<void>
    /** Explain says what would happen to a command; nothing is run. */
    Explain(question: TrustQuestion): Promise<TrustExplanation>
    /** Import takes patterns and denied texts over into the user's settings. */
    Import(request: TrustImportRequest): Promise<void>
    /** Imports looks for commands that other editors on this machine trust. */
    Imports(): Promise<TrustImport[]>
    /** Remove takes a pattern out, and returns its place so that Add undoes it. */
    Remove(entry: TrustEntry): Promise<TrustPlace>
    /** SetFolder says whether the opened folder is trusted; the person has been asked. */
    SetFolder(trusted: boolean): Promise<void>
    /**
     * SetParent trusts the folder above the opened one, or takes back the trust that
     * the opened one has by a folder above it; the person has been asked.
     */
    SetParent(trusted: boolean): Promise<void>
    /** State returns everything that decides whether a command runs unasked. */
    State(): Promise<TrustState>
  }
  /**
   * Updates are newer versions of Keel. Each step waits for the user; changes of the
   * state come as events.
   */
  Updates: {
    /** Cancel ends a download; nothing of it stays. */
    Cancel(): Promise<void>
    /** Check looks for a newer version: the user asked for it. */
    Check(): Promise<UpdatesState>
    /** Discard takes that back. */
    Discard(): Promise<void>
    /** Download begins to bring the offered version here. */
    Download(): Promise<void>
    /**
     * Install has the downloaded version take this one's place at the next start; the
     * user has agreed to it.
     */
    Install(): Promise<void>
    /**
     * MayAsk tells whether this window is to ask whether Keel may look once a day; who
     * is told yes has asked.
     */
    MayAsk(): Promise<boolean>
    /**
     * MayTell tells whether this window is to tell what the daily look has come to; who
     * is told yes has told it.
     */
    MayTell(): Promise<boolean>
    /** State returns what is known now. */
    State(): Promise<UpdatesState>
  }
  /** Window is the window itself: which folder it shows, its title, its end. */
  Window: {
    /** About says which build this is, and what it runs on. */
    About(): Promise<About>
    /**
     * Closed ends a request: its file was shown, and a person has closed its editor in
     * all groups; or, where shown is false, it could not be carried out.
     */
    Closed(id: string, shown: boolean): Promise<void>
    /** DropLink forgets a link that the user has said no to. */
    DropLink(id: string): Promise<void>
    /**
     * FollowLink opens what a link from outside names; the user has seen it whole and
     * agreed. Each link is answered once.
     */
    FollowLink(id: string): Promise<void>
    /**
     * NewWindow opens a window of its own, empty or on a folder; one that has the
     * folder open comes to the front.
     */
    NewWindow(path: string): Promise<void>
    /**
     * Notify shows a notification of the system, where it has such a thing; the page
     * asks for it when something waits and the window is not in front.
     */
    Notify(notification: Notification): Promise<void>
    /**
     * OpenExternal opens a web or mail address in the system's browser, after the
     * user clicked on it and saw it whole.
     */
    OpenExternal(address: string): Promise<void>
    /**
     * OpenFolder shows another folder in this window; the page reloads itself
     * afterwards. Code "needs_consent" asks for the same request with Consent,
     * "no_record" for one with Rescue, and "set_aside" for one with SetAside.
     */
    OpenFolder(request: OpenFolderRequest): Promise<void>
    /**
     * PickFolder shows the system's folder dialog and returns the chosen folder, or
     * nothing when the dialog was cancelled.
     */
    PickFolder(): Promise<string>
    /** Ping answers with what it was given; it measures the seam. */
    Ping(text: string): Promise<string>
    /** Quit closes the window, also while a turn runs. */
    Quit(): Promise<void>
    /**
     * Requests returns what other starts of Keel and links from outside ask of this
     * window, each once. An "open" event says that there is something. A page that
     * has just been loaded is given again what the one before has not said Shown, Closed,
     * FollowLink or DropLink of, and the editors that are waited for.
     */
    Requests(loaded: boolean): Promise<OpenRequest[]>
    /** SetTitle names the window. */
    SetTitle(title: string): Promise<void>
    /**
     * ShowElsewhere brings another window that has a folder open to the front, and
     * returns false when there is none.
     */
    ShowElsewhere(path: string): Promise<boolean>
    /**
     * Shown says that a request is carried out: the file is shown, the folder, or what
     * is refused.
     */
    Shown(id: string): Promise<void>
    /** State returns what the page needs to start. */
    State(): Promise<WindowState>
    /** Stay answers a "closing" event: the window stays open. */
    Stay(): Promise<void>
    /** Timing reports how long the page took to start. */
    Timing(timing: Timing): Promise<void>
    /**
     * Used notes that this window is in front, which orders the windows, and how large
     * it is and where it stands.
     */
    Used(): Promise<void>
  }
}

/** The names of all methods, for a client that is built at run time. */
export const methodNames = {
  Access: ['SetNetwork', 'SetVariable', 'State'],
  Accounts: ['Browse', 'Cancel', 'ExtensionSession', 'Paste', 'Roles', 'SetClientSecret', 'SetRole', 'SetUse', 'SignIn', 'SignOut', 'State'],
  Agent: ['Answer', 'AnswerQuestion', 'Compact', 'EditQueued', 'Examples', 'Providers', 'RemoveQueued', 'RetryNow', 'Send', 'SendNow', 'SetMode', 'SetModel', 'Stop', 'StopCommand'],
  Audit: ['List'],
  Checkpoints: ['Activity', 'Create', 'Diff', 'Forget', 'Last', 'List', 'Name', 'Pin', 'Preview', 'Prune', 'Purge', 'Restore', 'Seen', 'StopReading', 'Undo', 'Unsaved', 'Usage', 'Versions'],
  Crashes: ['Delete', 'List', 'Page', 'Read'],
  Editors: ['SetProblems', 'SetUnsaved'],
  Extensions: ['Agree', 'CancelInstall', 'ForgetSecret', 'Install', 'KeepSecret', 'NameFile', 'PickFile', 'Plan', 'Secret', 'SecretKeys', 'SetMetadata', 'State', 'Uninstall'],
  Files: ['Copy', 'Delete', 'List', 'MakeFolder', 'Move', 'Stat'],
  Imports: ['Find', 'Import', 'Last', 'Undo'],
  Providers: ['AWS', 'Known', 'Local', 'RemoveKey', 'SetKey'],
  References: ['Find', 'Forget', 'Look', 'StopLooking'],
  Review: ['Decide', 'DecideProposal', 'File', 'Redo', 'Resolve', 'State', 'Undo'],
  Samples: ['Find', 'Write'],
  Search: ['Cancel', 'ClearCache', 'Files', 'Text'],
  Secrets: ['Forget', 'State', 'Unlock', 'UseKeychain', 'UseMemory', 'UsePassphrase'],
  Sessions: ['Create', 'Delete', 'DraftParts', 'Export', 'List', 'Open', 'Rate', 'Rename', 'SaveDraft', 'SaveDraftParts', 'Search', 'Undelete'],
  Settings: ['Read', 'Schema', 'Set', 'State', 'Write'],
  Storage: ['Load', 'Update'],
  Terminals: ['Acknowledge', 'Attach', 'Kill', 'List', 'Open', 'Resize', 'Shells', 'Write'],
  Trust: ['Add', 'Edit', 'Explain', 'Import', 'Imports', 'Remove', 'SetFolder', 'SetParent', 'State'],
  Updates: ['Cancel', 'Check', 'Discard', 'Download', 'Install', 'MayAsk', 'MayTell', 'State'],
  Window: ['About', 'Closed', 'DropLink', 'FollowLink', 'NewWindow', 'Notify', 'OpenExternal', 'OpenFolder', 'PickFolder', 'Ping', 'Quit', 'Requests', 'SetTitle', 'ShowElsewhere', 'Shown', 'State', 'Stay', 'Timing', 'Used'],
} as const
