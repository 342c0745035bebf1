// A stand-in for Amazon Bedrock on this machine that streams words at a given
// speed, through the real SDK: what a fast model does to the page.
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

/** Starts the stand-in; its replies have this many words, this many a second. */
export async function startBedrock({ count, perSecond }) {
  const server = createServer(async (request, response) => {
    request.resume()
    if (!request.url.endsWith('/converse-stream')) {
      response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"message":"not here"}')
      return
    }
    response.writeHead(200, { 'Content-Type': 'application/vnd.amazon.eventstream' })
    response.write(frame('messageStart', { role: 'assistant' }))
    const begun = performance.now()
    let sent = 0
    for (const text of words(count)) {
      response.write(frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }))
      sent++
      while ((performance.now() - begun) * perSecond < sent * 1000)
        await new Promise((done) => setTimeout(done, 1))
    }
    response.write(frame('contentBlockStop', { contentBlockIndex: 0 }))
    response.write(frame('messageStop', { stopReason: 'end_turn' }))
    response.end(
      frame('metadata', {
        usage: { inputTokens: 1, outputTokens: count, totalTokens: count + 1 },
        metrics: { latencyMs: 1 },
      }),
    )
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    env: {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `http://127.0.0.1:${server.address().port}`,
      AWS_ACCESS_KEY_ID: 'practice',
      AWS_SECRET_ACCESS_KEY: 'practice',
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    settings: {
      'keelAgent.provider': 'bedrock',
      'keelAgent.model': 'example.fast-model',
      'keelAgent.bedrock.region': 'us-east-1',
    },
    end: () => new Promise((done) => server.close(done)),
  }
}
