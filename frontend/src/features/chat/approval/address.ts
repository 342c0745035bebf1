/** The whole of an address in three pieces, its host and port in the middle. */
export interface AddressParts {
  before: string
  host: string
  after: string
  /** the host's name has letters outside ASCII */
  foreign: boolean
}

/** Takes an address apart as Go wrote it; what is none stands whole before the host. */
export function addressParts(address: string): AddressParts {
  const [, before, host, after] = /^(https?:\/\/)([^/?#]+)(.*)$/s.exec(address) ?? []
  if (before === undefined || host === undefined || after === undefined) {
    return { before: address, host: '', after: '', foreign: false }
  }
  return { before, host, after, foreign: host.split('.').some((label) => label.startsWith('xn--')) }
}
