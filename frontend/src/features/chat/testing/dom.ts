// DOMPurify reads nodeName through Node's own getter, as a defence against
// clobbered elements; happy-dom answers it only in the subclasses. Import this
// before anything that sanitises.

const known: Readonly<Record<number, string>> = {
  3: '#text',
  8: '#comment',
  9: '#document',
  11: '#document-fragment',
}

Object.defineProperty(Node.prototype, 'nodeName', {
  configurable: true,
  get(this: Node) {
    return this instanceof Element ? this.tagName : known[this.nodeType]
  },
})
