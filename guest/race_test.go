//go:build race

package guest

// raceDetected tells that the race detector runs. It has a sync.Pool forget
// things at random, so that allocations can't be counted.
const raceDetected = true
