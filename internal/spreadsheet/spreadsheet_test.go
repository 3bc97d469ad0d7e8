package spreadsheet

import "testing"

func TestGuard(t *testing.T) {
	for value, want := range map[string]string{
		"":                  "",
		"web1":              "web1",
		"/dev/hwrng":        "/dev/hwrng",
		"a=b":               "a=b",
		"=1+1":              "'=1+1",
		"+1":                "'+1",
		"-1":                "'-1",
		"@SUM(A1)":          "'@SUM(A1)",
		"＝1+1":              "'＝1+1",
		"'":                 "''",
		"'=1+1":             "''=1+1",
		"\xff=1":            "\xff=1",
		"\uFFFD":            "\uFFFD",
		" =HYPERLINK(\"\")": " =HYPERLINK(\"\")",
	} {
		if got := Guard(value); got != want {
			t.Errorf("%q is written as %q, want %q", value, got, want)
		}
	}
}
