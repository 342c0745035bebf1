onmessage = async ({ data }) => {
  const tried = {}
  for (const address of data) {
    try {
      tried[address] = `reached ${(await fetch(address)).status}`
    } catch (cause) {
      tried[address] = `threw ${cause.name}`
    }
  }
  postMessage(tried)
}
