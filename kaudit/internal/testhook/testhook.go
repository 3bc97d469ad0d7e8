// Package testhook is the way in which package kaudittest makes what only
// package kaudit can: a connection to a kernel that is a function. So it is no
// part of kaudit's API. Package kaudit sets the functions before main begins,
// and nobody else may.
package testhook

// NewConn makes a *kaudit.Conn. The kernel gets a datagram of requests and gives
// those of the answers, or the error of the system call that would send it.
var NewConn func(kernel func(request []byte) (answers [][]byte, err error)) any

// NewSubscription makes a *kaudit.Subscription that gets the datagrams which
// deliver is given; nil is a loss.
var NewSubscription func() (s any, deliver func(datagram []byte))
