import {
  Failure,
  toFailure,
  type ApprovalAnswer,
  type Bridge,
  type Disposable,
  type Example,
  type FolderTrust,
  type Prompt,
  type ProposalDecision,
  type RestoreWhat,
  type Session,
  type SessionFound,
  type SessionImage,
  type SessionMode,
  type SessionQueued,
  type SessionReference,
  type SessionSummary,
} from '../../bridge'
import { joined, renewed, unread, type Pointed, type ReferenceSources } from '../reference'
import { Background } from './background'
import { Drafts } from './drafts'
import { SessionFeed } from './feed'
import { DraftParts } from './draftParts.svelte'
import { Carried, leave, takeLeft } from './left'
import { KnownProviders } from './providers.svelte'
import { cameBack, returned, settle, type Sending } from './queue'
import { cameForward, takenOut } from './rewind'
import { Unfinished } from './unfinished'

/** Trouble is a failed act, with the way to try it again where there is one. */
export interface Trouble {
  readonly failure: Failure
  readonly retry?: () => void
}

/**
 * ChatStore is the page's copy of the shown session and what the chat knows
 * around it. Go owns the truth: an act calls Go, and what comes of it arrives as
 * events. A failed act leaves everything as it was and says so in `trouble`.
 */
export class ChatStore implements Disposable {
  session = $state.raw<Session | undefined>(undefined)
  sessions = $state.raw<readonly SessionSummary[]>([])
  examples = $state.raw<readonly Example[]>([])
  readonly providers = $derived.by(() => this.known.all)
  trustedCommands = $state.raw<readonly string[]>([])
  /** whether what the opened folder holds may run; undefined while it is not known */
  folderTrust = $state.raw<FolderTrust | undefined>(undefined)
  sending = $state.raw<readonly Sending[]>([])
  draft = $state('')
  /** sessions that ended or asked something while another one was shown */
  unseen = $state.raw<readonly string[]>([])
  /** ids of the window's commands that the input offers, as far as there are such */
  commands = $state.raw<readonly string[]>([])
  loading = $state(true)
  /** why there is no session to show */
  blocked = $state.raw<Failure | undefined>(undefined)
  trouble = $state.raw<Trouble | undefined>(undefined)

  readonly turn = $derived(this.session?.turns.at(-1))
  readonly running = $derived(this.turn !== undefined && this.turn.status !== 'done')
  readonly provider = $derived(this.providers.find((known) => known.id === this.session?.provider))

  /** the context as the last turn that told of it left it */
  readonly context = $derived(this.session?.turns.findLast((turn) => turn.context.tokens > 0)?.context)

  private readonly goesOn = new Background()
  /** commands that go on in the background */
  readonly background = $derived(this.goesOn.among(this.session?.turns ?? []))
  /** what is being typed elsewhere than in the input */
  readonly unfinished: Unfinished

  /** what a restore to a message took back last: it is offered first */
  restoreWhat = $state<RestoreWhat>('files')
  /** the last turn with a change of files, by its place; -1 when there is none */
  readonly lastChange = $derived(this.session?.turns.findLastIndex((turn) => turn.before !== '') ?? -1)

  /** the services that models come from */
  readonly known: KnownProviders
  private readonly feed: SessionFeed
  private readonly drafts: Drafts
  private readonly parts: DraftParts
  private readonly subscriptions: Disposable[]
  private listSeq = 0
  private settingsSeq = 0
  private trustSeq = 0
  private nextKey = 0
  private starting: Promise<void> = Promise.resolve()
  /** turns whose prompt is about to be sent anew */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  private readonly replacing = new Set<string>()
  /** prompts that are no longer in the input, and not yet with Go */
  readonly carried = new Carried()

  /** pictures that go with the draft */
  readonly images = $derived.by(() => this.parts.of(this.session?.id).images)
  /** what the draft points at */
  readonly references = $derived.by(() => this.parts.of(this.session?.id).references)

  constructor(
    readonly bridge: Bridge,
    private readonly sources?: Pick<ReferenceSources, 'file'>,
  ) {
    this.known = new KnownProviders(bridge)
    this.feed = new SessionFeed(bridge, {
      show: (session) => this.show(session),
      fail: (failure) => (this.trouble = { failure, retry: () => void this.start() }),
    })
    const left = takeLeft()
    const fail = (failure: Failure): unknown => (this.trouble ??= { failure })
    this.drafts = new Drafts(bridge, fail, undefined, left.texts)
    this.parts = new DraftParts(bridge, fail, undefined, left.parts)
    this.unfinished = new Unfinished(bridge, fail, left.begun)
    this.subscriptions = [
      bridge.on('sessions', (changed) => {
        if (changed.seq <= this.listSeq) return
        this.listSeq = changed.seq
        this.sessions = changed.sessions
      }),
      bridge.on('trust', (changed) => this.takeTrust(changed.seq, changed.folder)),
      bridge.on('settings', (changed) => this.takeSettings(changed.seq, changed.values.trustedCommands)),
    ]
  }

  /** Shows the session that was used last, or a first one. */
  start(): Promise<void> {
    return (this.starting = this.openLast())
  }

  /** Resolves once there is a session to act in; fails with why there is none. */
  async opened(): Promise<Session> {
    await this.starting
    if (this.session) return this.session
    throw this.blocked ?? new Failure('internal', 'The chat has no session yet.', 'Try it again.')
  }

  private async openLast(): Promise<void> {
    this.loading = true
    this.blocked = undefined
    void this.loadAround()
    try {
      const seen = this.listSeq
      const [sessions] = await Promise.all([this.bridge.Sessions.List(), this.unfinished.load()])
      if (seen === this.listSeq) this.sessions = sessions
      const last = sessions[0]
      this.take(last ? await this.feed.open(last.id) : this.feed.begin(await this.bridge.Sessions.Create()))
    } catch (cause) {
      this.blocked = toFailure(cause)
    }
    this.loading = false
  }

  /** What the chat shows around a session; it works without. */
  private async loadAround(): Promise<void> {
    await Promise.allSettled([
      this.loadExamples(),
      this.bridge.Trust.State().then((state) => this.takeTrust(state.seq, state.folder)),
      this.bridge.Settings.State().then((state) =>
        this.takeSettings(state.seq, state.values.trustedCommands),
      ),
    ])
  }

  /** Looks again at which prompts work in the folder. */
  async loadExamples(): Promise<void> {
    this.examples = await this.bridge.Agent.Examples()
  }

  setDraft(text: string): void {
    this.draft = text
    if (this.session) this.drafts.set(this.session.id, text)
  }

  saveDraft(): void {
    void this.drafts.flush()
    void this.parts.flush()
    void this.unfinished.flush()
  }

  /** The page goes away: what does not reach Go any more is left to the next one. */
  leave(): void {
    this.carried.giveBack((sessionId, prompt) => this.giveBackPrompt(sessionId, prompt))
    leave({
      texts: this.drafts.leaves(),
      parts: this.parts.leaves(),
      begun: this.unfinished.begun(),
    })
    this.saveDraft()
  }

  open(id: string): Promise<boolean> {
    if (id === this.session?.id) return Promise.resolve(true)
    return this.attempt(async () => this.take(await this.feed.open(id)))
  }

  /** Starts a session, or goes on with the shown one while that is still empty. */
  create(): Promise<boolean> {
    if (this.session?.turns.length === 0) return Promise.resolve(true)
    return this.attempt(async () => this.take(this.feed.begin(await this.bridge.Sessions.Create())))
  }

  rename(id: string, title: string): Promise<boolean> {
    return this.attempt(() => this.bridge.Sessions.Rename(id, title))
  }

  delete(id: string): Promise<boolean> {
    return this.attempt(async () => {
      await Promise.all([this.drafts.flush(), this.parts.flush()])
      await this.bridge.Sessions.Delete(id)
      this.drafts.forget(id)
      this.parts.forget(id)
      this.sessions = this.sessions.filter((session) => session.id !== id)
      if (id !== this.session?.id) return
      const next = this.sessions[0]
      this.take(next ? await this.feed.open(next.id) : this.feed.begin(await this.bridge.Sessions.Create()))
    })
  }

  undelete(id: string): Promise<boolean> {
    return this.attempt(async () => {
      await this.bridge.Sessions.Undelete(id)
      this.take(await this.feed.open(id))
    })
  }

  /** Sends the draft with what goes with it. When that fails, all of it is back in the input. */
  async send(): Promise<boolean> {
    const session = this.session
    const prompt = this.draft.trim()
    const { images, references } = this
    if (!session || (!prompt && images.length === 0 && references.length === 0)) return false
    const sending: Sending = {
      key: this.nextKey++,
      sessionId: session.id,
      prompt,
      images,
      references,
      turns: session.turns.length,
      queued: this.running,
    }
    this.sending = [...this.sending, sending]
    this.setDraft('')
    this.setPictures(session.id, [])
    this.parts.setReferences(session.id, [])
    const whole = { text: prompt, images: [...images], references: [...references] }
    const handed = this.carried.take(session.id, whole)
    const sent = await this.attempt(async () => {
      const now = await renewed(references, this.sources)
      handed()
      await this.bridge.Agent.Send(session.id, { ...whole, references: now })
    })
    // Its turn is only an event away; what never shows must not stand there for ever.
    setTimeout(() => (this.sending = this.sending.filter((other) => other !== sending)), sent ? 1000 : 0)
    if (!sent) {
      this.giveBack(session.id, prompt, '\n')
      this.setPictures(session.id, [...images, ...this.parts.of(session.id).images])
      this.giveBackReferences(session.id, references)
    }
    return sent
  }

  /** Points the draft at something more; what it points at already stays once. */
  point(more: readonly Pointed[], sessionId: string | undefined = this.session?.id): void {
    if (sessionId !== undefined && more.length > 0) this.parts.point(sessionId, more)
  }

  setReferences(references: readonly SessionReference[]): void {
    if (this.session) this.parts.setReferences(this.session.id, references)
  }

  /** Sends a prompt of ours at once, beside what is being typed; queued while a turn runs. */
  async ask(prompt: string, more: readonly Pointed[]): Promise<boolean> {
    const session = this.session
    if (!session) return false
    const references = [...joined([], more)]
    return this.attempt(() => this.bridge.Agent.Send(session.id, { text: prompt, images: [], references }))
  }

  /** Adds pictures to the draft of a session, which may no longer be the shown one. */
  addPictures(sessionId: string, images: readonly SessionImage[]): void {
    this.setPictures(sessionId, [...this.parts.of(sessionId).images, ...images])
  }

  /** Puts references that were not sent in front of those that were added since. */
  private giveBackReferences(sessionId: string, references: readonly SessionReference[]): void {
    this.parts.setReferences(sessionId, joined(unread(references), this.parts.of(sessionId).references))
  }

  setPictures(sessionId: string, images: readonly SessionImage[]): void {
    this.parts.setImages(sessionId, images)
  }

  /** Notes whether what a session has done last was looked at. */
  seen(id: string, looked: boolean): void {
    if (this.unseen.includes(id) !== looked) return
    this.unseen = looked ? this.unseen.filter((other) => other !== id) : [...this.unseen, id]
  }

  /** Takes a queued message back. */
  unqueue(queued: SessionQueued): Promise<boolean> {
    return this.inSession((id) => this.bridge.Agent.RemoveQueued(id, queued.id))
  }

  editQueued(queued: SessionQueued, text: string): Promise<boolean> {
    return this.inSession((id) => this.bridge.Agent.EditQueued(id, queued.id, text))
  }

  /** Stops the running turn and goes on with a queued message. */
  sendNow(queued: SessionQueued): Promise<boolean> {
    return this.inSession((id) => this.bridge.Agent.SendNow(id, queued.id))
  }

  /** Ends the wait before the next attempt. */
  retryNow(): Promise<boolean> {
    return this.inSession((id) => this.bridge.Agent.RetryNow(id))
  }

  stopCommand(commandId: string): Promise<boolean> {
    return this.inSession((id) => this.bridge.Agent.StopCommand(id, commandId))
  }

  /** Makes room in the model's context. */
  compact(): Promise<boolean> {
    return this.inSession((id) => this.bridge.Agent.Compact(id))
  }

  /** Answers a question. The failure is shown where the question stands. */
  async answerQuestion(questionId: string, answer: string): Promise<Failure | undefined> {
    const session = this.session
    if (!session) return undefined
    try {
      await this.bridge.Agent.AnswerQuestion(session.id, questionId, answer)
      return undefined
    } catch (cause) {
      return toFailure(cause)
    }
  }

  /** Looks for text in all sessions. */
  search(text: string): Promise<readonly SessionFound[]> {
    return this.bridge.Sessions.Search(text)
  }

  stop(): Promise<boolean> {
    const session = this.session
    if (!session || !this.running) return Promise.resolve(false)
    return this.attempt(async () => {
      await this.drafts.flush() // Go puts queued messages in front of the draft it knows
      await this.bridge.Agent.Stop(session.id)
    })
  }

  setMode(mode: SessionMode): Promise<boolean> {
    const session = this.session
    if (!session || session.mode === mode) return Promise.resolve(false)
    return this.attempt(() => this.bridge.Agent.SetMode(session.id, mode))
  }

  setModel(provider: string, model: string): Promise<boolean> {
    const session = this.session
    if (!session) return Promise.resolve(false)
    return this.attempt(() => this.bridge.Agent.SetModel({ sessionId: session.id, provider, model }))
  }

  /** Answers an approval. The failure is shown where the question stands. */
  async answer(answer: Omit<ApprovalAnswer, 'sessionId'>): Promise<Failure | undefined> {
    const session = this.session
    if (!session) return undefined
    try {
      await this.bridge.Agent.Answer({ ...answer, sessionId: session.id })
      return undefined
    } catch (cause) {
      return toFailure(cause)
    }
  }

  /** Decides about parts of a change that waits. The failure is shown where they stand. */
  async decideHunks(decision: Omit<ProposalDecision, 'sessionId'>): Promise<Failure | undefined> {
    const session = this.session
    if (!session) return undefined
    try {
      await this.bridge.Review.DecideProposal({ ...decision, sessionId: session.id })
      return undefined
    } catch (cause) {
      return toFailure(cause)
    }
  }

  dismissTrouble(): void {
    this.trouble = undefined
  }

  dispose(): void {
    this.saveDraft()
    this.feed.dispose()
    for (const subscription of this.subscriptions) subscription.dispose()
  }

  /** Makes a session the shown one, with what was typed in it. */
  private take(session: Session | undefined): void {
    if (!session) return
    this.saveDraft()
    this.session = session
    this.known.follow(session.provider)
    this.draft = this.drafts.restore(session.id, session.draft)
    void this.parts.restore(session.id).then(() => {
      // Where Keel ended between going back and sending, the message is in the input.
      for (const prompt of this.unfinished.takeGone(session)) this.giveBackPrompt(session.id, prompt)
    })
  }

  private show(session: Session): void {
    // A session that is only just being opened is shown by take, with its draft.
    const before = this.session
    if (before?.id !== session.id) return
    this.session = session
    this.known.follow(session.provider)
    this.sending = settle(this.sending, session)
    this.moveDraft(before, session)
    const back = returned(before, session)
    if (back) this.giveBack(session.id, back, '\n\n')
    for (const sending of this.sending.filter((each) => cameBack(each, session))) {
      this.sending = this.sending.filter((other) => other !== sending)
      this.giveBack(session.id, sending.prompt, '\n\n')
    }
  }

  /** What was asked at the point that a conversation went back to is in the input, until it comes forward again. */
  private moveDraft(before: Session, session: Session): void {
    const gone = takenOut(before, session)
    if (gone && this.replacing.delete(gone.id)) return
    if (gone && this.draft.trim() === '') {
      this.setDraft(gone.prompt)
      this.setPictures(session.id, [...(gone.images ?? []), ...this.images])
      this.giveBackReferences(session.id, gone.references ?? [])
    }
    const back = cameForward(before, session)
    if (back && this.draft.trim() === back.prompt.trim()) {
      this.setDraft('')
      this.setPictures(session.id, this.images.slice(back.images?.length ?? 0))
      const left = this.references.filter((each) => !back.references?.some(({ id }) => id === each.id))
      this.setReferences(left)
    }
  }

  /** Another prompt is about to take the place of a turn's, which then need not be given back. */
  replace(turnId: string): void {
    this.replacing.add(turnId)
  }

  /** Nothing came of that. */
  replaced(turnId: string): void {
    this.replacing.delete(turnId)
  }

  /** Gives back a prompt that could not be sent, whole. */
  returnPrompt(sessionId: string, prompt: Prompt, failure: Failure): void {
    this.trouble = { failure }
    this.giveBackPrompt(sessionId, prompt)
  }

  /** Puts a prompt in front of what is in the input of a session. */
  giveBackPrompt(sessionId: string, prompt: Prompt): void {
    this.giveBack(sessionId, prompt.text, '\n')
    this.setPictures(sessionId, [...prompt.images, ...this.parts.of(sessionId).images])
    this.giveBackReferences(sessionId, prompt.references)
  }

  /** Puts what was not sent in front of what has been typed since. */
  giveBack(sessionId: string, text: string, between: string): void {
    const typed = this.drafts.get(sessionId)
    const draft = typed ? text + between + typed : text
    this.drafts.set(sessionId, draft)
    if (this.session?.id === sessionId) this.draft = draft
  }

  private takeSettings(seq: number, trusted: readonly string[]): void {
    if (seq < this.settingsSeq) return
    this.settingsSeq = seq
    this.trustedCommands = trusted
  }

  private takeTrust(seq: number, folder: FolderTrust): void {
    if (seq < this.trustSeq) return
    this.trustSeq = seq
    this.folderTrust = folder
  }

  private inSession(act: (id: string) => Promise<unknown>): Promise<boolean> {
    const session = this.session
    return session ? this.attempt(() => act(session.id)) : Promise.resolve(false)
  }

  private async attempt(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      this.trouble = undefined
      return true
    } catch (cause) {
      this.trouble = { failure: toFailure(cause) }
      return false
    }
  }
}
