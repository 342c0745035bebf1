import { word } from './word.js'
const element = document.querySelector('#module')
if (element) element.textContent = `module ${word}`
