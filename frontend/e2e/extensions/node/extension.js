// Needs Node: Keel does not install it.
const { execSync } = require('child_process')

exports.activate = () => execSync('true')
