// Stand-ins for Amazon Bedrock on this machine, asked through the real SDK: one
// that streams words at a given speed, and one that answers by a script.
//
// Framing: AWS event stream encoding, vnd.amazon.eventstream.
import { createServer } from 'node:http'
import { crc32 } from 'node:zlib'

function frame(event, payload) {
  const headers = Buffer.concat(
    [
      [':event-type', event],
      [':content-type', 'application/json'],
      [':message-type', 'event'],
    ].map(([name, value]) => {
      const header = Buffer.alloc(1 + name.length + 3 + value.length)
      header.writeUInt8(name.length, 0)
      header.write(name, 1)
      header.writeUInt8(7, 1 + name.length) // a text
      header.writeUInt16BE(value.length, 2 + name.length)
      header.write(value, 4 + name.length)
      return header
    }),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const message = Buffer.alloc(12 + headers.length + body.length + 4)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(headers.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  headers.copy(message, 12)
  body.copy(message, 12 + headers.length)
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4)
  return message
}

/** Text as a model writes it: paragraphs, lists and code, a word at a time. */
function* words(count) {
  for (let i = 1; i <= count; i++) {
    if (i % 400 === 0) yield '\n\n```go\nfunc f(a, b int) int { return a + b }\n```\n\n'
    else if (i % 120 === 0) yield '\n\n- **point** '
    else if (i % 60 === 0) yield 'word.\n\n'
    else yield i % 17 === 0 ? '`code` ' : 'word '
  }
}

/** What every stand-in needs: where it is, and a sign-in. */
const environment = (port) => ({
  AWS_ENDPOINT_URL_BEDROCK: `http://127.0.0.1:${port}`,
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `http://127.0.0.1:${port}`,
  AWS_ACCESS_KEY_ID: 'practice',
  AWS_SECRET_ACCESS_KEY: 'practice',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
})

const settings = (model) => ({
  'keelAgent.provider': 'bedrock',
  'keelAgent.model': model,
  'keelAgent.bedrock.region': 'us-east-1',
})

const json = (response, status, body, headers = {}) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))

/** Listens on a free port; end also cuts what is still open. */
async function listen(server) {
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: server.address().port,
    end() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      return closed
    },
  }
}

/** Starts a stand-in whose replies have this many words, this many a second. */
export async function startBedrock({ count, perSecond }) {
  const server = createServer(async (request, response) => {
    request.resume()
    if (!request.url.endsWith('/converse-stream')) {
      json(response, 404, { message: 'not here' })
      return
    }
    const reply = new Reply(response)
    const begun = performance.now()
    let sent = 0
    for (const text of words(count)) {
      reply.say(text)
      sent++
      while ((performance.now() - begun) * perSecond < sent * 1000)
        await new Promise((done) => setTimeout(done, 1))
    }
    reply.usage = { inputTokens: 1, outputTokens: count, totalTokens: count + 1 }
    reply.end()
  })
  const { port, end } = await listen(server)
  return { env: environment(port), settings: settings('example.fast-model'), end }
}

/** A reply as it is sent, block by block. */
class Reply {
  usage = { inputTokens: 100, outputTokens: 10, totalTokens: 110 }
  #response
  #block = -1
  #kind = ''
  #calls = 0
  ended = false

  constructor(response) {
    this.#response = response
    /** Resolves when nobody listens any more. */
    this.gone = new Promise((done) => response.on('close', done))
  }

  #send(event, payload) {
    if (this.#response.destroyed) return
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { 'Content-Type': 'application/vnd.amazon.eventstream' })
      this.#response.write(frame('messageStart', { role: 'assistant' }))
    }
    this.#response.write(frame(event, payload))
  }

  #open(kind) {
    if (this.#kind === kind) return
    this.#close()
    this.#block++
    this.#kind = kind
  }

  #close() {
    if (this.#kind !== '') this.#send('contentBlockStop', { contentBlockIndex: this.#block })
    this.#kind = ''
  }

  say(text) {
    this.#open('text')
    this.#send('contentBlockDelta', { contentBlockIndex: this.#block, delta: { text } })
  }

  /** Says something of what the model thinks. */
  think(text) {
    this.#open('thought')
    const delta = { reasoningContent: { text } }
    this.#send('contentBlockDelta', { contentBlockIndex: this.#block, delta })
  }

  call(name, input, id = `call-${Math.random().toString(36).slice(2)}`) {
    this.#close()
    this.#open(id)
    const start = { toolUse: { toolUseId: id, name } }
    this.#send('contentBlockStart', { contentBlockIndex: this.#block, start })
    const delta = { toolUse: { input: JSON.stringify(input) } }
    this.#send('contentBlockDelta', { contentBlockIndex: this.#block, delta })
    this.#close()
    this.#calls++
  }

  /** Fails as the service does, before the reply has begun. */
  refuse(status, type, message, headers = {}) {
    this.ended = true
    json(this.#response, status, { message }, { 'x-amzn-ErrorType': type, ...headers })
  }

  /** Breaks the connection off. */
  cut() {
    this.ended = true
    this.#response.destroy()
  }

  end() {
    this.#close()
    this.#send('messageStop', { stopReason: this.#calls > 0 ? 'tool_use' : 'end_turn' })
    this.#response.end(frame('metadata', { usage: this.usage, metrics: { latencyMs: 1 } }))
    this.ended = true
  }
}

/** What the user said last that the script knows: the whole text, or how a long one begins. */
function asked(messages, known) {
  const said = messages.flatMap(({ role, content }) =>
    role === 'user' ? content.flatMap((block) => block.text ?? []) : [],
  )
  for (const text of said.toReversed()) {
    const prompt = known.find((each) => text === each || (each.length > 30 && text.startsWith(each)))
    if (prompt !== undefined) return prompt
  }
  return undefined
}

/** What the service would refuse in a conversation; undefined when it takes it. */
function flaw(messages) {
  for (const [i, { role, content }] of messages.entries()) {
    if (role !== (i % 2 === 0 ? 'user' : 'assistant')) return 'roles must alternate, the user first'
    const calls = content.flatMap((block) => block.toolUse?.toolUseId ?? [])
    const answered = (messages[i + 1]?.content ?? []).flatMap((block) => block.toolResult?.toolUseId ?? [])
    if (role === 'assistant' && calls.toSorted().join() !== answered.toSorted().join())
      return `the calls ${calls.join()} have the results ${answered.join()}`
    if (content.some((block) => block.text?.trim() === '')) return 'a text is blank'
  }
  return messages.at(-1).role === 'user' ? undefined : 'the user must speak last'
}

/** The results of tools in a request's last message, as text. */
export const results = (request) =>
  request.messages
    .at(-1)
    .content.flatMap((block) => block.toolResult?.content ?? [])
    .map((part) => part.text)

/** The texts in a request's last message. */
export const texts = (request) => request.messages.at(-1).content.flatMap((block) => block.text ?? [])

/** The two models that the scripted stand-in lists. */
export const models = {
  sonnet: { id: 'anthropic.claude-sonnet-4-20250514-v1:0', name: 'Claude Sonnet 4' },
  haiku: { id: 'anthropic.claude-3-haiku-20240307-v1:0', name: 'Claude 3 Haiku' },
}

/**
 * Starts a stand-in that answers by a script: to a prompt the steps that on()
 * was given for it, one a request, the last one again and again. A step writes
 * its reply and may wait for a gate.
 */
export async function startScripted() {
  const scripts = new Map()
  const requests = []
  const open = new Set()
  async function converse(response, body, model) {
    const prompt = asked(body.messages, [...scripts.keys()])
    const reply = new Reply(response)
    const request = { ...body, model, prompt }
    requests.push(request)
    const wrong =
      flaw(body.messages) ?? (prompt ? undefined : `no script for ${JSON.stringify(body.messages.at(-1))}`)
    if (wrong !== undefined) {
      reply.refuse(400, 'ValidationException', wrong)
      return
    }
    const script = scripts.get(prompt)
    const step = script.steps[Math.min(script.next++, script.steps.length - 1)]
    open.add(reply)
    void reply.gone.then(() => open.delete(reply))
    await step(reply, request)
    if (!reply.ended) reply.end()
  }
  const server = createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
    const model = /^\/model\/(.+)\/converse-stream$/.exec(path)?.[1]
    if (model !== undefined) await converse(response, JSON.parse(Buffer.concat(parts)), model)
    else if (path === '/foundation-models') json(response, 200, { modelSummaries: summaries() })
    else if (path === '/inference-profiles') json(response, 200, { inferenceProfileSummaries: [] })
    else json(response, 404, { message: `nothing at ${path}` })
  })
  const { port, end } = await listen(server)
  return {
    env: environment(port),
    settings: settings(models.sonnet.id),
    end,
    /** Every request so far, oldest first; those of one prompt. */
    requests: (prompt) => requests.filter((each) => prompt === undefined || each.prompt === prompt),
    /** How many replies are still being listened to. */
    listeners: () => open.size,
    on(prompt, ...steps) {
      scripts.set(prompt, { steps, next: 0 })
      return prompt
    },
  }
}

function summaries() {
  return Object.values(models).map(({ id, name }) => ({
    modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${id}`,
    modelId: id,
    modelName: name,
    providerName: 'Anthropic',
    inputModalities: ['TEXT', 'IMAGE'],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    inferenceTypesSupported: ['ON_DEMAND'],
    modelLifecycle: { status: 'ACTIVE' },
  }))
}

/** Something to wait for, until it is opened. */
export function gate() {
  let open
  const opened = new Promise((done) => (open = done))
  return { opened, open }
}

/** A step that says something. */
export const says = (text, usage) => (reply) => {
  if (usage) reply.usage = usage
  reply.say(text)
}

/** A step that calls a tool. */
export const calls = (name, input, before) => (reply) => {
  if (before) reply.say(before)
  reply.call(name, input)
}

/** A step that says something, and goes on with another step when the gate is opened. */
export const holds = (before, gate, then) => async (reply, request) => {
  reply.say(before)
  await Promise.race([gate.opened, reply.gone])
  await then?.(reply, request)
}
