export * from './bridge'
export { connect } from './wails'
