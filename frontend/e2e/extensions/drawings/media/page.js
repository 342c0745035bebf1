// The page: says something, shows what it hears, and keeps a count.
const api = acquireVsCodeApi()
const put = (id, text) => {
  const element = document.querySelector(id)
  if (element) element.textContent = text
}
window.addEventListener('message', ({ data, origin }) => {
  if (data.answer && origin === window.origin) put('#answer', data.answer)
  if (data.at) {
    api.postMessage({ address: data.at })
    fetch(data.at).then(
      (response) => put('#fetched', `fetched ${response.status}`),
      (cause) => put('#fetched', String(cause)),
    )
  }
  if ('same' in data) put('#same', `same ${data.same}`)
})
const count = document.querySelector('#count')
if (count) {
  count.textContent = String(api.getState()?.count ?? 0)
  count.addEventListener('click', () => {
    const next = Number(count.textContent) + 1
    count.textContent = String(next)
    api.setState({ count: next })
  })
  api.postMessage({ said: 'ahoy' })
}
