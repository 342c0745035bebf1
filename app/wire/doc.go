// Package wire holds every type and event that crosses to the page.
//
// # Promises
//
// What is here is plain data: no interfaces, no maps but of strings, no
// time.Time (Unix milliseconds in fields named …At), no floats. Conversations
// cross in the shape in which package session keeps them, so that there is one
// shape and not two. The TypeScript twin, frontend/src/bridge/wire.gen.ts, is
// generated from this package and from the bound methods of package bind; a
// test fails when it is stale.
package wire

//go:generate go run ./gen
