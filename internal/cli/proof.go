package cli

import (
	"fmt"

	"github.com/virtaudit/virtaudit/internal/report"
)

// The values of --proof.
const (
	proofIDs     = "ids"
	proofRecords = "records"
)

func parseProof(text string) (report.Proof, error) {
	switch text {
	case "":
		return report.NoProof, nil
	case proofIDs:
		return report.ProofIDs, nil
	case proofRecords:
		return report.ProofRecords, nil
	}
	return 0, fmt.Errorf("--proof=%s: there are %s and %s", text, proofIDs, proofRecords)
}
