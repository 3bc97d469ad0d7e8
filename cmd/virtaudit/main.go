// Command virtaudit is the audit trail of the virtual machines on Linux hosts:
// from audit logs it tells which guest ran when, and what it held.
package main

import (
	"os"

	"github.com/virtaudit/virtaudit/internal/cli"
)

// version is set by the linker.
var version = "devel"

func main() {
	os.Exit(cli.Main(version))
}
