// A stand-in for a service that speaks OpenAI's Chat Completions, on this
// machine: it lists one model and answers every conversation with one text.
import { createServer } from 'node:http'

const event = (data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

/** Starts the stand-in. */
export async function startOpenAI({ model, answer }) {
  const requests = []
  const chunk = (fields) => event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model, ...fields })
  const server = createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    if (request.method === 'GET' && request.url === '/v1/models') {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(
        JSON.stringify({ object: 'list', data: [{ id: model, object: 'model', owned_by: 'test' }] }),
      )
    } else if (request.method === 'POST' && request.url === '/v1/chat/completions') {
      requests.push(JSON.parse(Buffer.concat(parts)))
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write(chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: answer } }] }))
      response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
      response.write(chunk({ choices: [], usage: { prompt_tokens: 50, completion_tokens: 5 } }))
      response.end(event('[DONE]'))
    } else {
      response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":{"message":"not here"}}')
    }
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: `http://127.0.0.1:${server.address().port}/v1`,
    requests: () => requests,
    end() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      return closed
    },
  }
}
