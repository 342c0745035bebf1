// The page of the webview: says something and shows the answer.
const api = acquireVsCodeApi()
window.addEventListener('message', ({ data }) => {
  document.querySelector('#answer').textContent = data.answer
})
api.postMessage({ said: 'ahoy' })
