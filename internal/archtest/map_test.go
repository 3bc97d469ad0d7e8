package archtest

import (
	"slices"
	"strings"
	"testing"
)

// rule is one row of the dependency map. A tree is a package's path in the
// module; with /... it is that package and all below it. Where two rows match,
// the longer tree counts. The standard library is open to everyone, except for
// the parts that forbidden and forbiddenUses in check_test.go name.
type rule struct {
	tree    string
	may     []string // trees of ours that it may import
	modules []string // modules of others that it may import
	outside bool     // it may use files, sockets, processes and the clock
}

// product is everything that the binary is made of, for those who wire it.
var product = []string{
	"record", "guest/...", "auditlog", "kaudit/...",
	"internal/input", "internal/fact", "internal/trail", "internal/store",
	"internal/hypervisor/...", "internal/agent", "internal/report", "internal/web",
	"internal/when", "internal/doctor", "internal/reconcile", "internal/follow", "internal/witness",
	"internal/demo", "web",
}

var dependencyMap = []rule{
	// Public packages: each other where the map says so, never internal/.
	{tree: "record"},
	{tree: "guest", may: []string{"record"}},
	{tree: "guest/libvirtxml", may: []string{"record", "guest"}},
	{tree: "auditlog", may: []string{"record"}},
	{
		tree:    "kaudit",
		may:     []string{"record", "guest", "kaudit/internal/testhook"},
		modules: []string{"golang.org/x/sys"},
		outside: true,
	},
	{tree: "kaudit/internal/testhook"}, // kaudit's door for kaudittest, shut to others
	{
		tree:    "kaudit/kaudittest",
		may:     []string{"record", "guest", "kaudit", "kaudit/internal/testhook"},
		modules: []string{"golang.org/x/sys"},
		outside: true,
	},

	// Reading and keeping. Facts are stored, state is derived: the trail never
	// sees the store, and what libvirt audits is known to guest alone, so the
	// witnesses in hypervisor build no records.
	{
		tree:    "internal/input",
		modules: []string{"github.com/klauspost/compress", "github.com/ulikunitz/xz"},
		outside: true,
	},
	{tree: "internal/fact", may: []string{"record", "guest"}},
	{tree: "internal/recent"},
	{tree: "internal/trail", may: []string{"record", "internal/fact", "internal/recent"}},
	{tree: "internal/reconcile", may: []string{"record", "internal/fact", "internal/trail", "internal/recent"}},
	{
		tree:    "internal/store",
		may:     []string{"record", "internal/fact", "internal/trail"},
		modules: []string{"modernc.org/sqlite"},
		outside: true,
	},
	{
		tree:    "internal/follow",
		may:     []string{"record", "auditlog", "kaudit", "internal/fact", "internal/input"},
		modules: []string{"golang.org/x/sys"},
		outside: true,
	},
	{
		tree:    "internal/witness",
		may:     []string{"record", "guest/...", "internal/fact", "internal/hypervisor/..."},
		outside: true,
	},
	{
		tree:    "internal/hypervisor/...",
		may:     []string{"guest/...", "internal/fact", "internal/hypervisor"},
		modules: []string{"golang.org/x/sys"},
		outside: true,
	},
	{
		tree:    "internal/hypervisor/libvirt",
		may:     []string{"guest/...", "internal/fact", "internal/hypervisor"},
		modules: []string{"github.com/digitalocean/go-libvirt"},
		outside: true,
	},
	{tree: "internal/when"},
	{tree: "internal/demo", may: []string{"record", "internal/fact"}}, // a shipped trail's facts, embedded

	{tree: "internal/doctor", may: []string{"record", "auditlog", "kaudit"}, outside: true},

	// Showing: pure functions of the trail, and the pages around them.
	{tree: "internal/spreadsheet"},
	{tree: "internal/report", may: []string{"record", "internal/trail", "internal/spreadsheet"}},
	{
		tree:    "internal/web",
		may:     []string{"record", "internal/fact", "internal/trail", "internal/store", "internal/spreadsheet", "web"},
		modules: []string{"github.com/prometheus/client_golang"},
		outside: true,
	},

	// Wiring.
	{
		tree:    "internal/agent",
		may:     product,
		modules: []string{"github.com/coreos/go-systemd", "go.yaml.in/yaml", "github.com/prometheus/client_golang", "golang.org/x/sys"},
		outside: true,
	},
	{
		tree:    "internal/cli",
		may:     product,
		modules: []string{"github.com/spf13/cobra", "golang.org/x/term"},
		outside: true,
	},
	{tree: "web", outside: true}, // the pages' files, embedded

	{tree: "cmd/virtaudit", may: []string{"internal/cli"}, outside: true},

	// The project's own tools and tests; no part of the binary.
	{tree: "internal/archtest", outside: true},
	{tree: "internal/testsum", outside: true},
	{tree: "record/gendoc", may: []string{"record"}, outside: true},
	{tree: "internal/loggen"},
	{tree: "internal/loggen/gen", may: []string{"internal/loggen"}, outside: true},
	{
		tree:    "internal/perf",
		may:     []string{"internal/loggen"},
		modules: []string{"golang.org/x/sys"},
		outside: true,
	},
	{tree: "internal/integration", outside: true},
	{tree: "scripts", outside: true},
}

// ruleFor gives the row for a package, or nil.
func ruleFor(path string) *rule {
	var best *rule
	for i := range dependencyMap {
		r := &dependencyMap[i]
		if inTree(path, r.tree) && (best == nil || len(r.tree) > len(best.tree)) {
			best = r
		}
	}
	return best
}

func inTree(path, tree string) bool {
	root, below := strings.CutSuffix(tree, "/...")
	return path == root || below && strings.HasPrefix(path, root+"/")
}

func inAnyTree(path string, trees []string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool { return inTree(path, tree) })
}

// isPublic tells what other modules can import.
func isPublic(path string) bool {
	return !inTree(path, "internal/...") && !inTree(path, "cmd/...") && path != "scripts"
}

// TestMapItself holds the rows to the rule that they all follow from.
func TestMapItself(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range dependencyMap {
		if seen[r.tree] {
			t.Errorf("%s has two rows", r.tree)
		}
		seen[r.tree] = true
		for _, tree := range r.may {
			if isPublic(r.tree) && !isPublic(tree) {
				t.Errorf("the row of %s, which is public, allows %s", r.tree, tree)
			}
		}
	}
}

func TestRuleFor(t *testing.T) {
	for _, tc := range []struct{ path, tree string }{
		{"record", "record"},
		{"record/deeper", ""},
		{"recorder", ""},
		{"internal/hypervisor", "internal/hypervisor/..."},
		{"internal/hypervisor/qmp", "internal/hypervisor/..."},
		{"internal/hypervisor/libvirt", "internal/hypervisor/libvirt"},
	} {
		tree := ""
		if r := ruleFor(tc.path); r != nil {
			tree = r.tree
		}
		if tree != tc.tree {
			t.Errorf("%s falls under %q, want %q", tc.path, tree, tc.tree)
		}
	}
}
