//go:build !race

package guest

const raceDetected = false
