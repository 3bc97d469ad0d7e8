//go:build !linux

package agent

// unread isn't known.
func unread(int) int { return 0 }

func unreadByAuditd() int { return 0 }
