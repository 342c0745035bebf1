// What understands the web's languages, and the settings files. Each registers itself; its code runs in the
// host of extensions, when a file of its language is opened.
import '@codingame/monaco-vscode-css-language-features-default-extension'
import '@codingame/monaco-vscode-configuration-editing-default-extension'
import '@codingame/monaco-vscode-emmet-default-extension'
import '@codingame/monaco-vscode-html-language-features-default-extension'
import '@codingame/monaco-vscode-json-language-features-default-extension'
import '@codingame/monaco-vscode-markdown-language-features-default-extension'
import '@codingame/monaco-vscode-references-view-default-extension'
import '@codingame/monaco-vscode-typescript-language-features-default-extension'
