export * from './bridge'
export type { WebviewBytes, WebviewDocument } from './webviews'
export { connect } from './wails'
