// A web of its own: names that exist nowhere, reached through a proxy of the
// settings, as the public web is from many offices. What the product refuses to
// connect to stays refused: it has no switch for tests. A request that comes here
// by any other way than the proxy is one that reached this machine.
import { createServer } from 'node:http'

/** Starts the web with pages by their address; each is given the request and the answer. */
export async function startWeb(pages) {
  const asked = []
  const direct = []
  const server = createServer((request, response) => {
    if (!request.url.startsWith('http://')) {
      direct.push(request.url)
      response.end('You have reached this machine.')
      return
    }
    asked.push(request.url)
    const page = pages[request.url]
    if (page) page(request, response)
    else response.writeHead(404).end()
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  return {
    /** this machine, as an address that is not to be reached */
    machine: `http://127.0.0.1:${port}`,
    settings: { 'keelAgent.network.proxy': `http://127.0.0.1:${port}` },
    /** How often an address was asked for. */
    asked: (address) => asked.filter((each) => each === address).length,
    /** What was asked of this machine itself. */
    direct: () => direct,
    end() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      return closed
    },
  }
}

/** A page that is there at once. */
export const holds =
  (type, body, headers = {}) =>
  (_, response) =>
    response.writeHead(200, { 'Content-Type': type, ...headers }).end(body)

/** A page that is somewhere else. */
export const leadsTo = (address) => (_, response) => response.writeHead(302, { Location: address }).end()

/** A page of which nothing ever comes. */
export const hangs = () => undefined
