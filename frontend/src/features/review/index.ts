export type * from './host'
