// A resolver of remote machines: Keel does not install it.
exports.activate = () => require('net')
