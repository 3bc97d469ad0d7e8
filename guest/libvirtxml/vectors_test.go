package libvirtxml

import "testing"

// TestProbe compares with what libvirt says of definitions that were made to
// find out its rules.
func TestProbe(t *testing.T) { compareVariants(t, "testdata/probe", 240) }

// TestRules compares with what the rules say of small definitions, one or more
// for each of them. The messages were written down from the rules, not taken
// from this program.
func TestRules(t *testing.T) { compareVariants(t, "testdata/rules", 60) }
