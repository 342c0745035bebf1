//go:build race

package pdf_test

// racing is set where the race detector makes the interpreter too slow for the limit
// of a document.
const racing = true
