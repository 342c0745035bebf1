onmessage = ({ data }) => postMessage(data.toUpperCase())
